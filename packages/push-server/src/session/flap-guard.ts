export interface FlapLimits {
  readonly maxLoginsPerMinute: number;
  readonly loginBanMs: number;
}

interface Logins {
  /** When the minute in which they are counted ends, or the ban. */
  endsAtMs: number;
  count: number;
}

const MINUTE_MS = 60_000;
const MAX_CLIENTS = 65_536;

/**
 * Refuses clients that log in again and again. Counts on this node alone, and only logins with a good token, so that nobody can lock out
 * another. Knows a bounded number of clients: the ones that began longest ago are forgotten first.
 */
export class FlapGuard {
  readonly #limits: FlapLimits;
  readonly #onForgotten: () => void;
  /** In the order in which their minutes or bans began. */
  readonly #clients = new Map<string, Logins>();

  /** `onForgotten`: a client had to be forgotten before its time. */
  constructor(limits: FlapLimits, onForgotten: () => void) {
    this.#limits = limits;
    this.#onForgotten = onForgotten;
  }

  get size(): number {
    return this.#clients.size;
  }

  /** Counts a login. Answers 0, or for how many milliseconds the client is refused still. */
  login(clientId: string, nowMs: number = performance.now()): number {
    const { maxLoginsPerMinute, loginBanMs } = this.#limits;
    const known = this.#clients.get(clientId);
    if (known === undefined || known.endsAtMs <= nowMs) {
      this.#begin(clientId, { endsAtMs: nowMs + MINUTE_MS, count: 1 }, nowMs);
      return 0;
    }
    if (known.count > maxLoginsPerMinute) return Math.ceil(known.endsAtMs - nowMs);
    if (++known.count <= maxLoginsPerMinute) return 0;
    this.#begin(clientId, { endsAtMs: nowMs + loginBanMs, count: known.count }, nowMs);
    return loginBanMs;
  }

  /** A counted login failed through no fault of the client. */
  forgive(clientId: string): void {
    const known = this.#clients.get(clientId);
    if (known !== undefined && known.count <= this.#limits.maxLoginsPerMinute) known.count--;
  }

  /** Frees what is over. Call it now and then. */
  forgetEnded(nowMs: number = performance.now()): void {
    for (const [clientId, { endsAtMs }] of this.#clients) {
      if (endsAtMs > nowMs) return;
      this.#clients.delete(clientId);
    }
  }

  #begin(clientId: string, logins: Logins, nowMs: number): void {
    this.#clients.delete(clientId);
    this.#clients.set(clientId, logins);
    if (this.#clients.size <= MAX_CLIENTS) return;
    const [oldest, { endsAtMs }] = this.#clients.entries().next().value!;
    this.#clients.delete(oldest);
    if (endsAtMs > nowMs) this.#onForgotten();
  }
}
