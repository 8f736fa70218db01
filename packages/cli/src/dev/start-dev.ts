import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { composeAdminPlatform } from '@longwire/admin-platform';
import { composeAuthService } from '@longwire/auth-service';
import { openDirectory, openMembership, openStore, openUpstreamLog } from '@longwire/cluster';
import { composePushRoute } from '@longwire/push-route';
import { composePushServer } from '@longwire/push-server';
import { createLogger, type ApiKeySettings, type Service } from '@longwire/service-kit';
import { composeUpstreamConsumer } from '@longwire/upstream-consumer';
import { pino, type Logger } from 'pino';
import type { DevConfig } from './dev-config.ts';

export interface Dev {
  readonly authUrl: string;
  readonly adminUrl: string;
  /** `host:port` of the push-server. */
  readonly pushServer: string;
  /** Stops the roles, then lets go of the backends. */
  stop(): Promise<void>;
}

/**
 * Runs every role in this process. They talk HTTP to each other as anywhere; each backend without an address is its embedded
 * adapter. `operator` is let in beside the API keys of the configuration. The token keys file must exist.
 */
export async function startDev(config: DevConfig, operator: ApiKeySettings): Promise<Dev> {
  const closers: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const close of closers.splice(0).toReversed()) await close();
  };
  const run = async <Role extends Service>(role: Role): Promise<Role> => {
    closers.push(() => role.stop());
    await role.start();
    return role;
  };
  try {
    const { backends, loggerOf } = await openBackends(config, closers);
    const withKey = { ...config, apiKeys: [...config.apiKeys, operator] };
    const partsOf = (service: string) => ({ config: withKey, ...backends, logger: loggerOf(service) });
    await run(await composeUpstreamConsumer(partsOf('upstream-consumer')));
    const pushServer = await run(
      await composePushServer({ ...partsOf('push-server'), processMetrics: true }),
    );
    await run(await composePushRoute(partsOf('push-route')));
    const admin = await run(await composeAdminPlatform(partsOf('admin-platform')));
    const auth = await run(await composeAuthService(partsOf('auth-service')));
    const { tls, tcp } = pushServer.addresses;
    return { authUrl: auth.url, adminUrl: admin.url, pushServer: tls || tcp, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function openBackends(config: DevConfig, closers: (() => Promise<unknown>)[]) {
  // Standard output is for the one line that says that all is ready.
  const destination = pino.destination(2);
  const loggerOf = (service: string): Logger =>
    createLogger({ service, level: config.log.level, destination });
  const logger = loggerOf('dev');
  const opened = <Backend extends { close(): Promise<void> }>(backend: Backend): Backend => {
    closers.push(() => backend.close());
    return backend;
  };
  await makeSqliteFolder(config.database.url);
  const backends = {
    store: opened(await openStore({ settings: config.database, logger })),
    directory: opened(openDirectory({ settings: config.redis, logger })),
    membership: opened(await openMembership({ settings: config.zookeeper, logger })),
    upstream: opened(await openUpstreamLog({ settings: config.kafka, logger, clientId: 'longwire-dev' })),
  };
  return { backends, loggerOf };
}

async function makeSqliteFolder(url: string): Promise<void> {
  const path = url.startsWith('sqlite:') ? url.slice('sqlite:'.length) : ':memory:';
  if (path !== ':memory:') await mkdir(dirname(path), { recursive: true, mode: 0o700 });
}
