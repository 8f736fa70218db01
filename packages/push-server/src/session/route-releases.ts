import type { Directory } from '@longwire/cluster';
import type { Logger } from 'pino';
import type { Session } from './session.ts';

/** Routes kept for another try while the directory is away; beyond it they are left to the repair by the next delivery. */
const MAX_KEPT = 100_000;
const RETRY_BATCH = 1000;

/** Releases the routes of ended sessions, again and again while the directory does not answer. */
export class RouteReleases {
  readonly #directory: Directory;
  readonly #logger: Logger;
  readonly #kept = new Set<Session>();
  #isRetrying = false;
  /** Releases given up because too many were kept. */
  dropped = 0;

  constructor(directory: Directory, logger: Logger) {
    this.#directory = directory;
    this.#logger = logger;
  }

  /** Never rejects. */
  async release(session: Session): Promise<void> {
    try {
      await this.#directory.release(session.clientId, session.route);
      this.#kept.delete(session);
    } catch {
      if (this.#kept.size < MAX_KEPT) this.#kept.add(session);
      else this.dropped++;
    }
  }

  /** Called from time to time. */
  async retry(): Promise<void> {
    if (this.#isRetrying || this.#kept.size === 0) return;
    this.#isRetrying = true;
    const batch = [...this.#kept].slice(0, RETRY_BATCH);
    await Promise.all(batch.map((session) => this.release(session)));
    this.#logger.info({ tried: batch.length, left: this.#kept.size }, 'released routes of ended sessions');
    this.#isRetrying = false;
  }
}
