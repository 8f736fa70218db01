import type { Directory } from '@longwire/cluster';
import { withDeadline } from '@longwire/service-kit';
import type { Logger } from 'pino';

const refreshMs = 1000;
const leasesDeadlineMs = 5000;

/**
 * Asks the directory each second how many connections each push-server has. While it does not answer, what was last known
 * stays: no sign-in waits for it.
 */
export class NodeLoads {
  readonly #directory: Pick<Directory, 'leases'>;
  readonly #logger: Logger;
  #connections: ReadonlyMap<string, number> = new Map();
  #timer: NodeJS.Timeout | undefined;
  #isAsking = false;
  #hasFailed = false;

  constructor(directory: Pick<Directory, 'leases'>, logger: Logger) {
    this.#directory = directory;
    this.#logger = logger;
  }

  /** Connections by nodeId. A node that has not said anything yet is not in it. */
  get connections(): ReadonlyMap<string, number> {
    return this.#connections;
  }

  async start(): Promise<void> {
    this.#timer = setInterval(() => void this.#refresh(), refreshMs);
    await this.#refresh();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async #refresh(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      const leases = await withDeadline(this.#directory.leases(), leasesDeadlineMs, 'asking for leases');
      this.#connections = new Map(leases.map(({ nodeId, sessions }) => [nodeId, sessions]));
      if (this.#hasFailed) this.#logger.info('the leases of the push-servers are known again');
      this.#hasFailed = false;
    } catch (error) {
      // Once per outage, not once a second.
      if (!this.#hasFailed)
        this.#logger.warn({ err: error }, 'the leases of the push-servers stay as they were');
      this.#hasFailed = true;
    } finally {
      this.#isAsking = false;
    }
  }
}
