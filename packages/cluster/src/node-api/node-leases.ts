import type { Logger } from 'pino';
import type { Directory, NodeLease } from '../directory/directory.ts';

const MIN_AGE_MS = 1000;

/**
 * What push-servers say of themselves, as it was read last: at most once a second, and while the directory, or the master of a Redis
 * Cluster that has one of the leases, does not answer it stays as it was, whole. So nobody who only wants to know waits for the directory.
 */
export class NodeLeases {
  readonly #directory: Pick<Directory, 'leases'>;
  readonly #logger: Logger;
  #latest: readonly NodeLease[] = [];
  #readAtMs = -Infinity;
  #reading: Promise<readonly NodeLease[]> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #hasFailed = false;

  constructor(directory: Pick<Directory, 'leases'>, logger: Logger) {
    this.#directory = directory;
    this.#logger = logger;
  }

  /** As they were read last; another array once they were read again. */
  get latest(): readonly NodeLease[] {
    return this.#latest;
  }

  /** Reads them again unless they are younger than a second. Never rejects: answers with what is known then. */
  refresh(): Promise<readonly NodeLease[]> {
    const isYoung = performance.now() - this.#readAtMs < MIN_AGE_MS;
    return this.#reading === null && isYoung ? Promise.resolve(this.#latest) : this.#readOnce();
  }

  /** Reads them from now on once a second. Resolves when they were read for the first time. */
  async start(): Promise<void> {
    this.#timer ??= setInterval(() => void this.#readOnce(), MIN_AGE_MS);
    await this.#readOnce();
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  #readOnce(): Promise<readonly NodeLease[]> {
    this.#reading ??= this.#read().finally(() => (this.#reading = null));
    return this.#reading;
  }

  async #read(): Promise<readonly NodeLease[]> {
    this.#readAtMs = performance.now();
    try {
      this.#latest = await this.#directory.leases();
      if (this.#hasFailed) this.#logger.info('the leases of the push-servers are known again');
      this.#hasFailed = false;
    } catch (error) {
      // Once per outage, not once a second.
      if (!this.#hasFailed)
        this.#logger.warn({ err: error }, 'the leases of the push-servers stay as they were');
      this.#hasFailed = true;
    }
    return this.#latest;
  }
}
