import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { Directory, Member, Membership, Registration } from '@longwire/cluster';
import { fullJitterMs } from '@longwire/service-kit';
import type { Logger } from 'pino';
import type { NodeIdentity } from './node-identity.ts';

export interface PresenceParts {
  readonly identity: NodeIdentity;
  readonly membership: Membership;
  readonly directory: Directory;
  readonly logger: Logger;
  readonly describe: () => Pick<Member, 'addresses' | 'weight' | 'version'>;
  readonly sessions: () => number;
  /** The cluster took this node for dead: close every client, for their routes may be swept. */
  readonly onFenced: () => void;
}

const REFRESH_INTERVAL_MS = 2000;
const LEASE_TTL_MS = 3 * REFRESH_INTERVAL_MS;
const LOOP_SAMPLE_MS = 20;

/** Keeps this node known: its znode in the membership and its lease in the directory. */
export class Presence {
  readonly #parts: PresenceParts;
  readonly #loopDelay = monitorEventLoopDelay({ resolution: LOOP_SAMPLE_MS });
  #registration: Registration | null = null;
  #timer: NodeJS.Timeout | null = null;
  #isLeaving = false;

  constructor(parts: PresenceParts) {
    this.#parts = parts;
  }

  async join(): Promise<void> {
    this.#loopDelay.enable();
    this.#timer = setInterval(() => void this.refreshLease(), REFRESH_INTERVAL_MS);
    await this.#register();
  }

  async leave(): Promise<void> {
    this.#isLeaving = true;
    this.#parts.identity.isMember = false;
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#loopDelay.disable();
    await this.#registration?.remove();
  }

  /** Never rejects: a lease that was missed comes with the next refresh. */
  async refreshLease(): Promise<void> {
    const { identity, directory, logger, sessions, describe } = this.#parts;
    const lease = {
      nodeId: identity.nodeId,
      boot: identity.boot,
      sessions: sessions(),
      memoryBytes: residentBytes(),
      // The histogram holds the time between two samples, in nanoseconds: what exceeds the interval is lateness.
      eventLoopDelayMs: Math.max(0, Math.round(this.#loopDelay.percentile(99) / 1e6 - LOOP_SAMPLE_MS)),
      updatedAtMs: Date.now(),
      apiUrl: describe().addresses.api,
      loadFactor: 1,
    };
    this.#loopDelay.reset();
    try {
      await directory.refreshLease(lease, LEASE_TTL_MS);
    } catch (error) {
      logger.warn({ err: error }, 'could not refresh the lease');
    }
  }

  async #register(): Promise<void> {
    const { identity, membership, directory, describe } = this.#parts;
    const { nodeId, boot } = identity;
    // Before the first claim, so that a sweeper finds the routes of this boot whatever happens.
    await directory.rememberBoot(nodeId, boot);
    // A boot that is announced, but neither a member nor leased, would be taken for dead.
    await this.refreshLease();
    const member: Member = { nodeId, boot, state: 'active', ...describe() };
    this.#registration = await membership.register('push-server', member, () => void this.#fence());
    if (this.#isLeaving) await this.#registration.remove();
    else identity.isMember = true;
  }

  async #fence(): Promise<void> {
    if (this.#isLeaving) return;
    const { identity, logger, onFenced } = this.#parts;
    logger.error(
      { boot: identity.boot },
      'the cluster took this node for dead: closing its clients and joining anew',
    );
    this.#registration = null;
    identity.isMember = false;
    identity.renewBoot();
    onFenced();
    for (let attempt = 0; !this.#isLeaving; attempt++) {
      try {
        return await this.#register();
      } catch (error) {
        logger.warn({ err: error, attempt }, 'could not join anew');
        await delay(fullJitterMs(attempt, { baseMs: 500, capMs: 5000 }));
      }
    }
  }
}

/** Reading it opens a file, which fails without a free file descriptor; the highest value so far comes without one. */
function residentBytes(): number {
  try {
    return process.memoryUsage.rss();
  } catch {
    return process.resourceUsage().maxRSS * 1024;
  }
}
