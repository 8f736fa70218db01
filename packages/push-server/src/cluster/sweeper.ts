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
 * Deletes the routes of dead boots. One node does it at a time, the first of the list; two at once would do no harm. A boot is dead when
 * neither the membership nor the directory's leases know it, at two looks in a row; on any doubt its routes stay. It is declared
 * dead before its routes go, so that it learns of it should it live after all.
 */
export class Sweeper {
  readonly #parts: SweeperParts;
  #suspects: ReadonlySet<string> = new Set();
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
      else this.#suspects = new Set();
    } catch (error) {
      this.#suspects = new Set();
      this.#parts.logger.warn({ err: error }, 'could not look for dead boots');
    } finally {
      this.#isLooking = false;
    }
  }

  /** Whether this is the node that sweeps, and its list is not old. */
  #mayJudge(): boolean {
    const { identity, membership } = this.#parts;
    const [first] = membership.members('push-server');
    return membership.isConnected() && identity.isMember && first?.boot === identity.boot;
  }

  async #sweepDead(): Promise<void> {
    const { directory, membership, logger } = this.#parts;
    const [known, leases] = await Promise.all([directory.knownBoots(), directory.leases()]);
    const alive = new Set([...membership.members('push-server'), ...leases].map(nameOf));
    const missing = known.filter((boot) => !alive.has(nameOf(boot)));
    for (const { nodeId, boot } of missing) {
      if (!this.#suspects.has(nameOf({ nodeId, boot })) || !this.#mayJudge()) continue;
      await directory.fence(nodeId, boot);
      const swept = await directory.sweep(nodeId, boot);
      logger.info({ deadNode: nodeId, boot, swept }, 'swept the routes of a dead node');
    }
    this.#suspects = new Set(missing.map(nameOf));
  }
}

function nameOf({ nodeId, boot }: { nodeId: string; boot: string }): string {
  return `${nodeId}/${boot}`;
}
