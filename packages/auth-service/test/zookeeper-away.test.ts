import { openMembership, type Membership } from '@longwire/cluster';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { realBackend, uniqueName, waitFor } from '../../../test-support/backends.ts';
import { ZooKeeperProxy } from '../../cluster/test/zookeeper-proxy.ts';
import { removeTree } from '../../cluster/test/zookeeper-tools.ts';
import { pushServer, register, startAuthService, type RunningAuthService } from './support.ts';

const zookeeper = realBackend('zookeeper');
const SESSION_TIMEOUT_MS = 4000;

describe.skipIf(zookeeper === null)('an auth-service that ZooKeeper does not answer', () => {
  const rootPath = `/${uniqueName('auth-zookeeper-away-')}`;
  let proxy: ZooKeeperProxy;
  let watcher: Membership;
  let auth: RunningAuthService;

  const join = (servers: string): Promise<Membership> => {
    const settings = { servers, sessionTimeoutMs: SESSION_TIMEOUT_MS, rootPath };
    return openMembership({ settings, logger: pino({ level: 'silent' }) });
  };

  beforeAll(async () => {
    proxy = await ZooKeeperProxy.start(zookeeper!);
    watcher = await join(zookeeper!);
    auth = await startAuthService({ membership: await join(proxy.address) });
  });
  afterAll(async () => {
    proxy.heal();
    await auth.stop();
    await watcher.close();
    await proxy.stop();
    await removeTree(zookeeper!, rootPath);
  });

  it('signs clients in by its last list, is not ready meanwhile, and sees what has changed afterwards', async () => {
    const clientSecret = await register(auth, 'device');
    const signIn = () => auth.post('/v1/tokens', { clientId: 'device', clientSecret });
    const readiness = async () => (await fetch(`${auth.url}/readyz`)).status;
    const registration = await watcher.register('push-server', pushServer('push-1'), () => undefined);
    await waitFor(async () => (await signIn()).status === 200);

    const awayAtMs = performance.now();
    proxy.goSilent();
    await waitFor(async () => (await readiness()) === 503);
    expect(performance.now() - awayAtMs).toBeLessThan(10_000);
    await registration.remove();
    await watcher.register('push-server', pushServer('push-2'), () => undefined);
    // Its session is over.
    await waitFor(() => performance.now() - awayAtMs > 2 * SESSION_TIMEOUT_MS);
    const meanwhile = await signIn();
    expect([meanwhile.status, meanwhile.body.pushServer?.nodeId]).toEqual([200, 'push-1']);
    const { body } = await auth.post('/v1/tokens/refresh', undefined, meanwhile.body.token);
    expect(body.pushServer.nodeId).toBe('push-1');

    const healedAtMs = performance.now();
    proxy.heal();
    await waitFor(async () => (await readiness()) === 200);
    expect(performance.now() - healedAtMs).toBeLessThan(10_000);
    await waitFor(async () => (await signIn()).body.pushServer?.nodeId === 'push-2');
  }, 90_000);
});
