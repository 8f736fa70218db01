import type { Directory } from '@longwire/cluster';
import type { Logger } from 'pino';
import type { Counter } from 'prom-client';
import type { Session } from './session.ts';

/** Routes kept for another try while the directory is away; beyond it they are left to the repair by the next delivery. */
const MAX_KEPT = 100_000;
const RETRY_BATCH = 1000;

/** Releases the routes of ended sessions, again and again while the directory does not answer. */
export class RouteReleases {
  readonly #directory: Directory;
  readonly #logger: Logger;
  readonly #lost: Counter;
  readonly #kept = new Set<Session>();
  /** Those that are released once more after the first release was answered. */
  readonly #unanswered = new Set<Session>();
  /** Those whose first release was answered since the last retry: they wait for the next but one. */
  readonly #onceMore = new Set<Session>();
  #isRetrying = false;

  /** `lost` counts releases given up because too many were kept, second ones for themselves. */
  constructor(directory: Directory, lost: Counter, logger: Logger) {
    this.#directory = directory;
    this.#lost = lost;
    this.#logger = logger;
  }

  get waiting(): number {
    return this.#kept.size + this.#onceMore.size;
  }

  /** Never rejects. */
  async release(session: Session): Promise<void> {
    try {
      await this.#directory.release(session.clientId, session.route);
      this.#kept.delete(session);
      if (this.#unanswered.delete(session)) this.#onceMore.add(session);
    } catch {
      if (this.#kept.size < MAX_KEPT || this.#kept.has(session)) this.#kept.add(session);
      // With the second release that was to follow, if there was one.
      else this.#lost.inc(this.#unanswered.delete(session) ? 2 : 1);
    }
  }

  /**
   * For a claim that was not answered. It may still lie unread on a connection that was given up, and take effect after a
   * release that went over the next one: so a second release follows a second later or two. Never rejects.
   */
  async releaseUnanswered(session: Session): Promise<void> {
    if (this.#unanswered.size < MAX_KEPT) this.#unanswered.add(session);
    else this.#lost.inc();
    await this.release(session);
  }

  /** Called once a second. */
  async retry(): Promise<void> {
    if (this.#isRetrying) return;
    const batch = [...this.#kept].slice(0, RETRY_BATCH);
    for (const session of this.#onceMore) this.#kept.add(session);
    this.#onceMore.clear();
    if (batch.length === 0) return;
    this.#isRetrying = true;
    await Promise.all(batch.map((session) => this.release(session)));
    this.#logger.info({ tried: batch.length, left: this.#kept.size }, 'released routes of ended sessions');
    this.#isRetrying = false;
  }
}
