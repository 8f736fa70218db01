export interface FlapLimits {
  readonly maxLoginsPerMinute: number;
  readonly loginBanMs: number;
}

interface Minute {
  endsAtMs: number;
  logins: number;
}

const MINUTE_MS = 60_000;
/** Counted, and refused: as many of each. */
const MAX_CLIENTS = 65_536;

/**
 * Refuses clients that log in again and again. Counts on this node alone, and only logins that took effect: neither a forged token nor a
 * revoked one locks out the client that it names. Knows a bounded number of clients: those that began longest ago are forgotten first.
 */
export class FlapGuard {
  readonly #limits: FlapLimits;
  readonly #onForgotten: () => void;
  // Each in the order in which its entries begin. All of one map last as long, so that is the order in which they end.
  readonly #minutes = new Map<string, Minute>();
  readonly #bans = new Map<string, { readonly endsAtMs: number }>();

  /** `onForgotten`: a client had to be forgotten before its time. */
  constructor(limits: FlapLimits, onForgotten: () => void) {
    this.#limits = limits;
    this.#onForgotten = onForgotten;
  }

  /** Clients that are counted, and those that are refused. */
  get size(): number {
    return this.#minutes.size + this.#bans.size;
  }

  /** Asked before a login. Answers 0, or for how many milliseconds the client is refused still. */
  refusedForMs(clientId: string, nowMs: number = performance.now()): number {
    const { maxLoginsPerMinute, loginBanMs } = this.#limits;
    const ban = this.#bans.get(clientId);
    if (ban !== undefined && ban.endsAtMs > nowMs) return Math.ceil(ban.endsAtMs - nowMs);
    const minute = this.#minutes.get(clientId);
    if (minute === undefined || minute.endsAtMs <= nowMs || minute.logins < maxLoginsPerMinute) return 0;
    this.#minutes.delete(clientId);
    this.#begin(this.#bans, clientId, { endsAtMs: nowMs + loginBanMs }, nowMs);
    return loginBanMs;
  }

  /** Counts a login that took effect. */
  loggedIn(clientId: string, nowMs: number = performance.now()): void {
    const minute = this.#minutes.get(clientId);
    if (minute !== undefined && minute.endsAtMs > nowMs) minute.logins++;
    else this.#begin(this.#minutes, clientId, { endsAtMs: nowMs + MINUTE_MS, logins: 1 }, nowMs);
  }

  /** Frees what is over. Call it now and then. */
  forgetEnded(nowMs: number = performance.now()): void {
    for (const clients of [this.#minutes, this.#bans])
      for (const [clientId, { endsAtMs }] of clients) {
        if (endsAtMs > nowMs) break;
        clients.delete(clientId);
      }
  }

  #begin<Entry extends { readonly endsAtMs: number }>(
    clients: Map<string, Entry>,
    clientId: string,
    entry: Entry,
    nowMs: number,
  ): void {
    clients.delete(clientId);
    clients.set(clientId, entry);
    if (clients.size <= MAX_CLIENTS) return;
    const [oldest, { endsAtMs }] = clients.entries().next().value!;
    clients.delete(oldest);
    if (endsAtMs > nowMs) this.#onForgotten();
  }
}
