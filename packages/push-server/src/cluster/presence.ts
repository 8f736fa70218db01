import { setTimeout as delay } from 'node:timers/promises';
import {
  isFree,
  type Directory,
  type LeaseResult,
  type Member,
  type Membership,
  type NodeLease,
  type Registration,
} from '@longwire/cluster';
import { fullJitterMs, withDeadline } from '@longwire/service-kit';
import type { Logger } from 'pino';
import type { LoopDelay } from '../listener/loop-delay.ts';
import type { LoadFactor } from './load-factor.ts';
import type { NodeIdentity } from './node-identity.ts';
import type { PauseGuard } from './pause-guard.ts';

/** Why a node fences itself: nothing else is a reason, least of all that a backend is away. See docs/adr/0008-fencing.md. */
export type FenceReason =
  /** The process did not run for longer than its ZooKeeper session lasts. */
  | 'paused'
  /** The directory says that this boot was declared dead. */
  | 'swept'
  /** Another process stands under this nodeId. */
  | 'replaced';

export interface PresenceParts {
  readonly identity: NodeIdentity;
  readonly membership: Membership;
  readonly directory: Directory;
  readonly guard: PauseGuard;
  readonly logger: Logger;
  readonly describe: () => Pick<Member, 'addresses' | 'weight' | 'version'>;
  readonly sessions: () => number;
  readonly connections: () => number;
  readonly loopDelay: Pick<LoopDelay, 'takeWorstMs'>;
  readonly loadFactor: LoadFactor;
  /** Close every client: others may take the routes of the boot that ends here for nobody's. */
  readonly onFenced: (reason: FenceReason) => void;
  /** The directory has lost what it knew of this boot: put its routes back. */
  readonly onForgotten: () => void;
}

const REFRESH_INTERVAL_MS = 2000;
const LEASE_TTL_MS = 3 * REFRESH_INTERVAL_MS;
/** ZooKeeper that is away would have a stop wait for as long as a session lasts; it takes the node out of the list when it is back, or when the session ends. */
const WITHDRAW_DEADLINE_MS = 5000;
/** A directory that is slow takes half a minute to look through all routes, which a stop has no time for. */
const LEAVE_DEADLINE_MS = 5000;
const REJOIN_BACKOFF = { baseMs: 500, capMs: 5000 };

/** Keeps this node known: its znode in the membership and its lease in the directory. Fences it where it must be. */
export class Presence {
  readonly #parts: PresenceParts;
  #registration: Registration | null = null;
  #timer: NodeJS.Timeout | null = null;
  #refreshing: Promise<void> | null = null;
  #isLeaving = false;
  /** Whether the boot that there is now is to have a lease: not while this node waits for its name. */
  #isAnnounced = false;
  #announcing: Promise<void> | null = null;
  #isJoining = false;

  constructor(parts: PresenceParts) {
    this.#parts = parts;
  }

  /** Resolves once this node is a member, or leaves. Rejects when that fails, unless it was fenced meanwhile: it then joins as its next life. */
  async join(): Promise<void> {
    const { boot } = this.#parts.identity;
    this.#isJoining = true;
    this.#timer = setInterval(() => void this.refreshLease(), REFRESH_INTERVAL_MS);
    try {
      await this.#register();
    } catch (error) {
      if (boot === this.#parts.identity.boot) throw error;
    }
    await this.#rejoin();
  }

  /** Leaves the list: nobody is sent here any more. The lease goes on, so that the clients who are here can be reached. */
  async withdraw(): Promise<void> {
    this.#isLeaving = true;
    this.#parts.identity.isMember = false;
    const removed = this.#registration?.remove() ?? Promise.resolve();
    await withDeadline(removed, WITHDRAW_DEADLINE_MS, 'leaving the list').catch((error: unknown) =>
      this.#parts.logger.warn({ err: error }, 'going on while this node is still in the list'),
    );
  }

  /** Leaves the directory as well: after `withdraw`, when the last client has gone. What it does not take in time is left to the sweeper of another node. */
  async leave(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    try {
      await withDeadline(this.#leaveDirectory(), LEAVE_DEADLINE_MS, 'leaving the directory');
    } catch (error) {
      this.#parts.logger.warn({ err: error }, 'routes and lease are left to the sweeper of another node');
    }
  }

  async #leaveDirectory(): Promise<void> {
    const { directory, identity } = this.#parts;
    const { nodeId, boot } = identity;
    // What is on its way would announce the boot again.
    await this.#announcing?.catch(() => undefined);
    this.#isAnnounced = false;
    await this.#refreshing;
    await directory.sweep(nodeId, boot);
    await directory.dropLease(nodeId, boot);
    await directory.forgetBoot(nodeId, boot);
  }

  /** For readiness: rejects while clients cannot sign in here, because this node is not in the list. */
  async assertMember(): Promise<void> {
    if (!this.#parts.identity.isMember) throw new Error('this node is not in the list of members');
  }

  /** One at a time, however slow the directory. Never rejects: a lease that was missed comes with the next refresh. */
  refreshLease(): Promise<void> {
    this.#refreshing ??= this.#refresh().finally(() => (this.#refreshing = null));
    return this.#refreshing;
  }

  async #refresh(): Promise<void> {
    const { identity, directory, guard, logger, onForgotten } = this.#parts;
    guard.check();
    if (!this.#isAnnounced) return;
    const { boot } = identity;
    const lease = this.#lease();
    let result: LeaseResult;
    try {
      result = await directory.refreshLease(lease, LEASE_TTL_MS);
    } catch (error) {
      logger.warn({ err: error }, 'could not refresh the lease');
      return;
    }
    // An answer of the boot before says nothing of this one.
    if (result === 'kept' || boot !== identity.boot) return;
    if (result === 'fenced') return this.fence('swept');
    logger.warn(
      { boot, sessions: lease.sessions },
      'the directory did not know this node: putting its routes back',
    );
    onForgotten();
  }

  #lease(): NodeLease {
    const { identity, sessions, connections, loopDelay, loadFactor, describe } = this.#parts;
    const memoryBytes = residentBytes();
    const eventLoopDelayMs = Math.round(loopDelay.takeWorstMs());
    return {
      nodeId: identity.nodeId,
      boot: identity.boot,
      sessions: sessions(),
      memoryBytes,
      eventLoopDelayMs,
      updatedAtMs: Date.now(),
      apiUrl: describe().addresses.api,
      loadFactor: loadFactor.look({ eventLoopDelayMs, memoryBytes, connections: connections() }),
    };
  }

  /** Ends this life of the node and begins another: closes the clients before it returns, then joins anew unless it is leaving. */
  fence(reason: FenceReason): void {
    const { identity, logger, onFenced } = this.#parts;
    logger.error({ boot: identity.boot, reason }, 'fenced: closing the clients');
    this.#isAnnounced = false;
    if (this.#isLeaving) return onFenced(reason);
    const registration = this.#registration;
    this.#registration = null;
    identity.isMember = false;
    identity.renewBoot();
    onFenced(reason);
    // It keeps asking for the list to forget the boot; whether that has worked is asked before joining.
    void registration?.remove();
    if (!this.#isJoining) void this.#rejoin();
  }

  async #register(): Promise<void> {
    const { identity, membership, describe } = this.#parts;
    const { nodeId, boot } = identity;
    await (this.#announcing = this.#announce());
    if (this.#isLeaving) return;
    if (boot !== identity.boot) throw new Error('fenced while joining');
    const member: Member = { nodeId, boot, state: 'active', ...describe() };
    const registration = await membership.register('push-server', member, () => this.#onReplaced(boot));
    if (this.#isLeaving) return registration.remove();
    if (boot !== identity.boot) {
      await registration.remove();
      throw new Error('fenced while joining');
    }
    this.#registration = registration;
    identity.isMember = true;
  }

  async #announce(): Promise<void> {
    const { identity, directory } = this.#parts;
    const { nodeId, boot } = identity;
    // Before the first claim, so that a sweeper finds the routes of this boot whatever happens.
    await directory.rememberBoot(nodeId, boot);
    if (boot !== identity.boot) return;
    this.#isAnnounced = true;
    // That of the life before.
    await this.#refreshing;
    // A boot that is announced, but neither a member nor leased, would be taken for dead.
    await this.refreshLease();
  }

  #onReplaced(boot: string): void {
    if (boot === this.#parts.identity.boot) this.fence('replaced');
  }

  /** Waits until nobody stands under the nodeId, so that two processes that were given one do not take it from each other for ever. */
  async #rejoin(): Promise<void> {
    const { identity, membership, logger } = this.#parts;
    this.#isJoining = true;
    let attempt = 0;
    for (; !this.#isLeaving && !identity.isMember; attempt++) {
      await delay(fullJitterMs(attempt, REJOIN_BACKOFF), undefined, { ref: false });
      if (this.#isLeaving) break;
      try {
        if (isFree(membership, 'push-server', identity.nodeId)) await this.#register();
        else if (attempt % 10 === 9)
          logger.warn('waiting: another process stands under this nodeId, or the list is old');
      } catch (error) {
        logger.warn({ err: error, attempt }, 'could not join anew');
      }
    }
    this.#isJoining = false;
    if (identity.isMember && attempt > 0) logger.info({ boot: identity.boot }, 'joined anew');
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
