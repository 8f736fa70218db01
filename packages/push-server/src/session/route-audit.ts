import type { PauseGuard } from '../cluster/pause-guard.ts';
import type { RouteRepair } from './route-repair.ts';
import type { SessionRegistry } from './session-registry.ts';
import type { Session } from './session.ts';

/** Between two batches: each is a call of the directory, however small. */
const PAUSE_MS = 500;
/** The same where there is much to ask about. */
const SHORT_PAUSE_MS = 100;
/** 5,000 a second: what a node asks of a shared directory that has lost everything. */
const MAX_PER_BATCH = 500;
/** A whole round takes this long, and longer where the bound above does not allow it. */
const ROUND_MS = 40_000;
/** Sessions of which a round has more than one batch in each long pause. */
const LARGE = (MAX_PER_BATCH * ROUND_MS) / PAUSE_MS;

/**
 * Has each live session looked after, round after round at an even rate: whether its route stands, was replaced, or its token
 * was revoked. This repairs whatever went wrong on the way: a directory that lost its data or its last writes, a call to
 * close a replaced or revoked connection that did not arrive.
 */
export class RouteAudit {
  readonly #registry: SessionRegistry;
  readonly #repair: RouteRepair;
  readonly #guard: PauseGuard;
  #round: IterableIterator<Session>;
  #timer: NodeJS.Timeout | null = null;
  #pauseMs = PAUSE_MS;
  /** Sessions that may be asked about now; grows with time. */
  #credit = 0;
  #isAsking = false;
  /** Whether this round is done as fast as is allowed. */
  #isHurrying = false;
  /** Those of a hurried round about whom nothing was answered: asked about again and again beside the rounds that follow. */
  #again: Session[] = [];

  constructor(registry: SessionRegistry, repair: RouteRepair, guard: PauseGuard) {
    this.#registry = registry;
    this.#repair = repair;
    this.#guard = guard;
    this.#round = registry.live();
  }

  start(): void {
    if (this.#timer === null) this.#pause();
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** The directory has lost its data: puts every route back as fast as is allowed, and where it does not answer, as soon as it does. */
  hurry(): void {
    this.#isHurrying = true;
    this.#again = [];
    this.#round = this.#registry.live();
  }

  #pause(): void {
    const isMuch = this.#isHurrying || this.#again.length > 0 || this.#registry.size > LARGE;
    this.#pauseMs = isMuch ? SHORT_PAUSE_MS : PAUSE_MS;
    this.#timer = setTimeout(() => {
      this.#pause();
      void this.#ask();
    }, this.#pauseMs);
  }

  /** One batch is under way at a time, so that a slow directory is asked less. Never rejects. */
  async #ask(): Promise<void> {
    this.#guard.check();
    const isHurrying = this.#isHurrying;
    const evenly = (this.#registry.size * this.#pauseMs) / ROUND_MS;
    this.#credit = isHurrying ? MAX_PER_BATCH : Math.min(this.#credit + evenly, MAX_PER_BATCH);
    if (this.#isAsking) return;
    this.#isAsking = true;
    // At least one each time: a walk over a Map that rests keeps all that has been deleted from the Map since.
    const ofRound = this.#next(Math.max(1, Math.floor(this.#credit)));
    this.#credit = Math.max(0, this.#credit - ofRound.length);
    const again = this.#again.splice(0, MAX_PER_BATCH - ofRound.length);
    const [failed, failedAgain] = await Promise.all([
      this.#repair.check(ofRound),
      this.#repair.check(again.filter(({ state }) => state === 'live')),
    ]);
    if (isHurrying) this.#again.push(...failed);
    this.#again.push(...failedAgain);
    this.#isAsking = false;
  }

  #next(count: number): Session[] {
    const batch: Session[] = [];
    while (batch.length < count) {
      const next = this.#round.next();
      if (next.done !== true) {
        batch.push(next.value);
        continue;
      }
      this.#round = this.#registry.live();
      this.#isHurrying = false;
      break;
    }
    return batch;
  }
}
