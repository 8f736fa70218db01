import { fullJitterMs, pause } from './backoff.ts';
import type { SignInFailed } from './errors.ts';
import type { ResolvedOptions } from './options.ts';
import { refreshToken, signIn, type Grant } from './sign-in.ts';

/** How much of a token's life passes before a newer one is asked for: random between the two, so that a fleet spreads out. */
const EARLIEST_SHARE = 0.7;
const LATEST_SHARE = 0.85;

/** Gets newer tokens for a connection that stays up: by the token it has, and by the secret when that is refused. */
export class Renewal {
  readonly #options: ResolvedOptions;
  readonly #renewed: (grant: Grant) => void;
  #token = '';
  #dueAtMs = 0;
  #stop: AbortController | null = null;

  constructor(options: ResolvedOptions, renewed: (grant: Grant) => void) {
    this.#options = options;
    this.#renewed = renewed;
  }

  /** A new token is in use; call `start` once a connection lives by it. */
  granted({ token, lifeMs }: Grant): void {
    const share = EARLIEST_SHARE + Math.random() * (LATEST_SHARE - EARLIEST_SHARE);
    this.#token = token;
    this.#dueAtMs = performance.now() + lifeMs * share;
  }

  /** Waits until it is time, then asks until there is a newer token, once. */
  start(): void {
    this.stop();
    this.#stop = new AbortController();
    void this.#run(this.#stop.signal);
  }

  stop(): void {
    this.#stop?.abort();
    this.#stop = null;
  }

  async #run(stop: AbortSignal): Promise<void> {
    await pause(Math.max(0, this.#dueAtMs - performance.now()), stop);
    for (let attempt = 0; !stop.aborted; attempt++) {
      try {
        const grant = await this.#ask(stop);
        if (!stop.aborted) this.#renewed(grant);
        return;
      } catch (error) {
        const { advice, retryAfterMs } = error as SignInFailed;
        // The secret is no longer good: the connection ends with its token, and the next sign-in says why.
        if (advice === 'stay-away') return;
        const { backoffBaseMs, backoffMaxMs } = this.#options;
        await pause(retryAfterMs + fullJitterMs(attempt, backoffBaseMs, backoffMaxMs), stop);
      }
    }
  }

  async #ask(stop: AbortSignal): Promise<Grant> {
    const { authUrl, signInTimeoutMs, tls } = this.#options;
    try {
      return await refreshToken({ authUrl, tls, token: this.#token }, signInTimeoutMs, stop);
    } catch (error) {
      if ((error as SignInFailed).advice !== 'stay-away') throw error;
      return signIn(this.#options, signInTimeoutMs, stop);
    }
  }
}
