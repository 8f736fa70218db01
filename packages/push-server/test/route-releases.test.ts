import { DirectoryUnavailable, EmbeddedDirectory } from '@longwire/cluster';
import { createLogger, createMetrics } from '@longwire/service-kit';
import { expect, it } from 'vitest';
import { createPushServerMetrics } from '../src/metrics.ts';
import { RouteReleases } from '../src/session/route-releases.ts';
import type { Session } from '../src/session/session.ts';

const MAX_KEPT = 100_000;

class AwayDirectory extends EmbeddedDirectory {
  override release(): Promise<boolean> {
    return Promise.reject(new DirectoryUnavailable('away'));
  }
}

function session(number: number): Session {
  const route = { nodeId: 'push-1', boot: '0'.repeat(16), conn: number, transport: 'tcp', sinceMs: 0 };
  return { clientId: `client-${number}`, route } as unknown as Session;
}

it('keeps a bounded number of releases while the directory is away, and counts what it gives up, second releases, too', async () => {
  const metrics = createMetrics('push-server');
  const { lostReleases } = createPushServerMetrics(metrics);
  const logger = createLogger({ service: 'push-server', level: 'fatal' });
  const releases = new RouteReleases(new AwayDirectory(), lostReleases, logger);
  const lost = async () => (await lostReleases.get()).values.reduce((sum, { value }) => sum + value, 0);
  for (let i = 0; i < MAX_KEPT; i++) await releases.releaseUnanswered(session(i));
  expect([releases.waiting, await lost()]).toEqual([MAX_KEPT, 0]);
  await releases.release(session(MAX_KEPT));
  expect([releases.waiting, await lost()]).toEqual([MAX_KEPT, 1]);
  // Its first release, and the second that was to follow.
  await releases.releaseUnanswered(session(MAX_KEPT + 1));
  expect([releases.waiting, await lost()]).toEqual([MAX_KEPT, 3]);
});
