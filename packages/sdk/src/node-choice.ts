import type { Grant } from './sign-in.ts';

const FAILURES_BEFORE_ASKING_AGAIN = 3;
const RENEW_BEFORE_EXPIRY_MS = 60_000;

/** Which node to try next, and when the auth-service must be asked (again). */
export class NodeChoice {
  #grant: Grant | null = null;
  #addresses: readonly string[] = [];
  #position = 0;
  #failures = 0;
  #used = false;
  #renewAtMs = 0;

  /** Where to connect now and with which token; null: sign in first. */
  next(nowMs: number): { address: string; token: string } | null {
    // A token is used once whatever the clock says: a clock that is fast must not end in signing in for ever.
    if (this.#used && nowMs >= this.#renewAtMs) this.#grant = null;
    if (this.#grant === null) return null;
    this.#used = true;
    return { address: this.#addresses[this.#position]!, token: this.#grant.token };
  }

  /** A sign-in has succeeded. */
  granted(grant: Grant, nowMs: number): void {
    this.#addresses = grant.addresses;
    this.#position = 0;
    this.#failures = 0;
    this.#takeToken(grant, nowMs);
  }

  /** There is a newer token; the nodes stay, unless the auth-service is to be asked for them. */
  renewed(grant: Grant, nowMs: number): void {
    if (this.#grant !== null) this.#takeToken(grant, nowMs);
  }

  #takeToken(grant: Grant, nowMs: number): void {
    this.#grant = grant;
    this.#used = false;
    this.#renewAtMs = grant.expiresAtMs - Math.min(RENEW_BEFORE_EXPIRY_MS, (grant.expiresAtMs - nowMs) / 5);
  }

  /** The node has accepted the client. */
  reached(): void {
    this.#failures = 0;
  }

  /** The node could not be reached or did not accept: on to the next one, and after a few to the auth-service. */
  failed(): void {
    this.moveOn();
    if (++this.#failures >= FAILURES_BEFORE_ASKING_AGAIN) this.#grant = null;
  }

  /** The node is known to be going: do not begin with it. */
  moveOn(): void {
    this.#position = (this.#position + 1) % Math.max(1, this.#addresses.length);
  }

  /** The server named other nodes, best first; none: the auth-service is asked. */
  redirected(addresses: readonly string[]): void {
    if (addresses.length === 0) return this.forget();
    this.#addresses = addresses;
    this.#position = 0;
    this.#failures = 0;
  }

  /** Token or choice are no longer good. */
  forget(): void {
    this.#grant = null;
  }
}
