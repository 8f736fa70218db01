import { DirectoryUnavailable, EmbeddedDirectory } from '@longwire/cluster';
import { createLogger, createMetrics } from '@longwire/service-kit';
import { expect, it } from 'vitest';
import { createPushServerMetrics } from '../src/metrics.ts';
import { RouteReleases } from '../src/session/route-releases.ts';
import type { Session } from '../src/session/session.ts';

const MAX_KEPT = 100_000;

class FlakyDirectory extends EmbeddedDirectory {
  isAway = true;
  released = 0;

  override async release(): Promise<boolean> {
    if (this.isAway) throw new DirectoryUnavailable('away');
    this.released++;
    return true;
  }
}

function session(number: number): Session {
  const route = { nodeId: 'push-1', boot: '0'.repeat(16), conn: number, transport: 'tcp', sinceMs: 0 };
  return { clientId: `client-${number}`, route } as unknown as Session;
}

function flakyReleases() {
  const { lostReleases } = createPushServerMetrics(createMetrics('push-server'));
  const logger = createLogger({ service: 'push-server', level: 'fatal' });
  const directory = new FlakyDirectory();
  const lost = async () => (await lostReleases.get()).values.reduce((sum, { value }) => sum + value, 0);
  return { directory, releases: new RouteReleases(directory, lostReleases, logger), lost };
}

it('keeps a bounded number of releases while the directory is away, and counts what it gives up, second releases, too', async () => {
  const { releases, lost } = flakyReleases();
  for (let i = 0; i < MAX_KEPT; i++) await releases.releaseUnanswered(session(i));
  expect([releases.waiting, await lost()]).toEqual([MAX_KEPT, 0]);
  await releases.release(session(MAX_KEPT));
  expect([releases.waiting, await lost()]).toEqual([MAX_KEPT, 1]);
  // Its first release, and the second that was to follow.
  await releases.releaseUnanswered(session(MAX_KEPT + 1));
  expect([releases.waiting, await lost()]).toEqual([MAX_KEPT, 3]);
});

it('forgets what it gives up: who comes after an outage still gets a second release', async () => {
  const { directory, releases, lost } = flakyReleases();
  for (let i = 0; i < MAX_KEPT; i++) await releases.release(session(i));
  for (let i = 0; i < MAX_KEPT; i++) await releases.releaseUnanswered(session(MAX_KEPT + i));
  expect([releases.waiting, await lost()]).toEqual([MAX_KEPT, 2 * MAX_KEPT]);
  directory.isAway = false;
  await releases.releaseUnanswered(session(2 * MAX_KEPT));
  expect([releases.waiting, await lost()]).toEqual([MAX_KEPT + 1, 2 * MAX_KEPT]);
});

it('lets a whole second pass before a second release, also where the first had to be tried again', async () => {
  const { directory, releases } = flakyReleases();
  await releases.releaseUnanswered(session(1));
  directory.isAway = false;
  const released: number[] = [];
  for (let i = 0; i < 4; i++) {
    await releases.retry();
    released.push(directory.released);
  }
  expect([released, releases.waiting]).toEqual([[1, 1, 2, 2], 0]);
});
