import { EmbeddedDirectory } from '@longwire/cluster';
import { afterEach, describe, expect, it } from 'vitest';
import { register, startAuthService, type RunningAuthService } from './support.ts';

const running: RunningAuthService[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((auth) => auth.stop()));
});

async function start(directory = new EmbeddedDirectory()) {
  const auth = await startAuthService({ directory });
  running.push(auth);
  const clientSecret = await register(auth, 'device-1');
  const signIn = () => auth.post('/v1/tokens', { clientId: 'device-1', clientSecret });
  return { auth, directory, signIn };
}

describe('the choice of a push-server', () => {
  it('is answered 503 with Retry-After while none is active, and at once when one is', async () => {
    const { auth, signIn } = await start();
    const draining = await auth.addPushServer('push-1', { state: 'draining' });
    const { status, body, headers } = await signIn();
    expect([status, body.code, headers.get('retry-after')]).toEqual([503, 'no-push-server', '2']);
    await draining.update({ state: 'active' });
    expect((await signIn()).body).toMatchObject({ pushServer: { nodeId: 'push-1' }, alternatives: [] });
  });

  it('stays the same for a client, and moves to its first alternative when its node goes', async () => {
    const { auth, signIn } = await start();
    const registrations = new Map(
      await Promise.all(
        ['a', 'b', 'c', 'd'].map(async (nodeId) => [nodeId, await auth.addPushServer(nodeId)] as const),
      ),
    );
    const { body } = await signIn();
    const again = await Promise.all([signIn(), signIn(), signIn()]);
    for (const answer of again) expect(answer.body.pushServer).toEqual(body.pushServer);
    await registrations.get(body.pushServer.nodeId)!.remove();
    expect((await signIn()).body.pushServer).toEqual(body.alternatives[0]);
  });

  it('is named by how its clients are to reach it: plain, or over TLS alone', async () => {
    const { auth, signIn } = await start();
    const api = 'https://127.0.0.1:1';
    await auth.addPushServer('plain', { addresses: { api, tcp: 'plain.example:7400' } });
    await auth.addPushServer('safe', { addresses: { api, tls: 'safe.example:7400' } });
    await auth.addPushServer('unreachable', { addresses: { api } });
    const { body } = await signIn();
    const named = [body.pushServer, ...body.alternatives];
    expect(named).toHaveLength(2);
    expect(named).toContainEqual({ nodeId: 'plain', tcp: 'plain.example:7400' });
    expect(named).toContainEqual({ nodeId: 'safe', tls: 'safe.example:7400' });
  });

  it('turns away from a node that has more than its share of the connections', async () => {
    const { auth, directory, signIn } = await start();
    await auth.addPushServer('a');
    await auth.addPushServer('b');
    const preferred = (await signIn()).body.pushServer.nodeId;
    const other = preferred === 'a' ? 'b' : 'a';
    await lease(directory, preferred, 10_000);
    await lease(directory, other, 10);
    await expect
      .poll(async () => (await signIn()).body.pushServer.nodeId, { timeout: 30_000, interval: 100 })
      .toBe(other);
  });

  it('does not depend on the directory', async () => {
    const directory = new EmbeddedDirectory();
    directory.leases = () => Promise.reject(new Error('the directory is away'));
    const { auth, signIn } = await start(directory);
    await auth.addPushServer('a');
    expect((await signIn()).status).toBe(200);
    expect(auth.log()).toContain('stay as they were');

    directory.leases = () => new Promise(() => {});
    expect((await signIn()).status).toBe(200);
  });
});

async function lease(directory: EmbeddedDirectory, nodeId: string, sessions: number): Promise<void> {
  const load = { sessions, memoryBytes: 1, eventLoopDelayMs: 1, loadFactor: 1 };
  const apiUrl = 'http://127.0.0.1:1';
  await directory.refreshLease(
    { nodeId, boot: '0123456789abcdef', ...load, updatedAtMs: Date.now(), apiUrl },
    60_000,
  );
}
