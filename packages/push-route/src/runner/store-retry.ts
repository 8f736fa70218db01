import { setTimeout as sleep } from 'node:timers/promises';
import { StoreUnavailable } from '@longwire/cluster';
import { fullJitterMs } from '@longwire/service-kit';
import type { Logger } from 'pino';

const backoff = { baseMs: 100, capMs: 5000 };

export interface StoreRetryOptions {
  /** How long to try; the last try may end later by its own deadline. */
  readonly outageMs: number;
  /** Once aborted, what fails is not tried again. */
  readonly signal: AbortSignal;
  readonly logger: Logger;
}

/** Calls the store until it is there. Only for calls that may be made twice. Rejects with the last error. */
export async function untilStored<T>(call: () => Promise<T>, options: StoreRetryOptions): Promise<T> {
  const endMs = performance.now() + options.outageMs;
  for (let attempt = 0; ; attempt++) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof StoreUnavailable) || options.signal.aborted || performance.now() >= endMs)
        throw error;
      options.logger.warn({ err: error, attempt }, 'the store did not answer; trying again');
      await sleep(fullJitterMs(attempt, backoff), undefined, { signal: options.signal }).catch(() => {
        throw error;
      });
    }
  }
}
