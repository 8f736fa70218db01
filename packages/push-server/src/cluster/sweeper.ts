import type { Directory, Membership } from '@longwire/cluster';
import type { Logger } from 'pino';
import type { NodeIdentity } from './node-identity.ts';
import type { PauseGuard } from './pause-guard.ts';

export interface SweeperParts {
  readonly identity: NodeIdentity;
  readonly membership: Membership;
  readonly directory: Directory;
  readonly guard: PauseGuard;
  readonly logger: Logger;
}

const LOOK_INTERVAL_MS = 5000;

/**
 * Deletes the routes of dead boots. One node does it at a time, the first of the list that has a lease; two at once would do no harm. A boot is
 * dead when neither the membership nor the directory's leases know it, at two looks in a row; on any doubt its routes stay. It is declared
 * dead before its routes go, so that it learns of it should it live after all. Until then it may still write: it is swept again at each
 * look, and forgotten when two in a row have found nothing.
 */
export class Sweeper {
  readonly #parts: SweeperParts;
  #suspects: ReadonlySet<string> = new Set();
  /** Those whose last sweep found nothing. */
  #clean: ReadonlySet<string> = new Set();
  #timer: NodeJS.Timeout | null = null;
  #isLooking = false;

  constructor(parts: SweeperParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#timer = setInterval(() => void this.#look(), LOOK_INTERVAL_MS);
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    this.#parts.guard.check();
    try {
      if (this.#mayJudge()) await this.#sweepDead();
      else this.#beginAnew();
    } catch (error) {
      this.#beginAnew();
      this.#parts.logger.warn({ err: error }, 'could not look for dead boots');
    } finally {
      this.#isLooking = false;
    }
  }

  #beginAnew(): void {
    this.#suspects = new Set();
    this.#clean = new Set();
  }

  /** Whether this node is in the list, and the list is not old. */
  #mayJudge(): boolean {
    const { identity, membership } = this.#parts;
    return membership.isConnected() && identity.isMember;
  }

  async #sweepDead(): Promise<void> {
    const { directory, membership } = this.#parts;
    if (!(await this.#isFirst())) return this.#beginAnew();
    const known = await directory.knownBoots();
    await this.#rememberMembers(known);
    const leased = (await directory.leases()).map(nameOf);
    const alive = new Set([...membership.members('push-server').map(nameOf), ...leased]);
    const missing = known.filter((boot) => !alive.has(nameOf(boot)));
    const clean = new Set<string>();
    for (const boot of missing) {
      if (!this.#suspects.has(nameOf(boot)) || !this.#mayJudge()) continue;
      const swept = await this.#sweep(boot);
      if (swept !== 0) continue;
      if (this.#clean.has(nameOf(boot))) await directory.forgetBoot(boot.nodeId, boot.boot);
      else clean.add(nameOf(boot));
    }
    this.#suspects = new Set(missing.map(nameOf));
    this.#clean = clean;
  }

  /** Each node asks about those before it until one has a lease, most often the first: all leases are for the one that sweeps to read. */
  async #isFirst(): Promise<boolean> {
    const { identity, directory, membership } = this.#parts;
    for (const { nodeId, boot } of membership.members('push-server')) {
      // One without a lease does not reach the directory, and could sweep nothing.
      if (await directory.isLeased(nodeId, boot)) return boot === identity.boot;
    }
    return false;
  }

  /** A directory that was emptied may know a node only from its next lease on, and the node die before: its routes would stay for ever. */
  async #rememberMembers(known: readonly Life[]): Promise<void> {
    const { directory, membership } = this.#parts;
    const names = new Set(known.map(nameOf));
    for (const { nodeId, boot } of membership.members('push-server'))
      if (!names.has(nameOf({ nodeId, boot }))) await directory.rememberBoot(nodeId, boot);
  }

  /** Answers how many routes went; null where it has a lease again. */
  async #sweep({ nodeId, boot }: Life): Promise<number | null> {
    const { directory, logger } = this.#parts;
    if (!(await directory.fence(nodeId, boot))) return null;
    const swept = await directory.sweep(nodeId, boot);
    const isFirst = !this.#clean.has(nameOf({ nodeId, boot }));
    if (swept > 0 || isFirst)
      logger.info({ deadNode: nodeId, boot, swept }, 'swept the routes of a dead node');
    return swept;
  }
}

interface Life {
  readonly nodeId: string;
  readonly boot: string;
}

function nameOf({ nodeId, boot }: Life): string {
  return `${nodeId}/${boot}`;
}
