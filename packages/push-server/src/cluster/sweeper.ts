import type { Directory, Membership } from '@longwire/cluster';
import type { Logger } from 'pino';

const LOOK_INTERVAL_MS = 5000;

/**
 * Deletes the routes of dead boots. One node does it at a time, the first of the list; two at once would do no harm. A boot is dead when
 * neither the membership nor the directory's leases know it, at two looks in a row; on any doubt its routes stay.
 */
export class Sweeper {
  readonly #nodeId: string;
  readonly #membership: Membership;
  readonly #directory: Directory;
  readonly #logger: Logger;
  #suspects: ReadonlySet<string> = new Set();
  #timer: NodeJS.Timeout | null = null;
  #isLooking = false;

  constructor(nodeId: string, membership: Membership, directory: Directory, logger: Logger) {
    this.#nodeId = nodeId;
    this.#membership = membership;
    this.#directory = directory;
    this.#logger = logger;
  }

  start(): void {
    this.#timer = setInterval(() => void this.#look(), LOOK_INTERVAL_MS);
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    const first = this.#membership.members('push-server')[0]?.nodeId;
    if (this.#isLooking || first !== this.#nodeId || !this.#membership.isConnected()) return;
    this.#isLooking = true;
    try {
      await this.#sweepDead();
    } catch (error) {
      this.#logger.warn({ err: error }, 'could not look for dead boots');
    } finally {
      this.#isLooking = false;
    }
  }

  async #sweepDead(): Promise<void> {
    const [known, leases] = await Promise.all([this.#directory.knownBoots(), this.#directory.leases()]);
    const alive = new Set([...this.#membership.members('push-server'), ...leases].map(nameOf));
    const missing = known.filter((boot) => !alive.has(nameOf(boot)));
    for (const { nodeId, boot } of missing) {
      if (!this.#suspects.has(nameOf({ nodeId, boot })) || !this.#membership.isConnected()) continue;
      const swept = await this.#directory.sweep(nodeId, boot);
      this.#logger.info({ deadNode: nodeId, boot, swept }, 'swept the routes of a dead node');
    }
    this.#suspects = new Set(missing.map(nameOf));
  }
}

function nameOf({ nodeId, boot }: { nodeId: string; boot: string }): string {
  return `${nodeId}/${boot}`;
}
