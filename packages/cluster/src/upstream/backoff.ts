import { setTimeout as sleep } from 'node:timers/promises';
import { fullJitterMs } from '../full-jitter.ts';

const pause = { baseMs: 50, capMs: 2000 };

/** What to wait before try number `attempt` (from 1) is repeated: full jitter in [0, 50 ms x 2^(attempt-1)], capped at 2 s. */
export function backOffMs(attempt: number): number {
  return fullJitterMs(attempt - 1, pause);
}

export async function backOff(attempt: number, signal?: AbortSignal): Promise<void> {
  await sleep(backOffMs(attempt), undefined, signal ? { signal } : {}).catch(() => undefined);
}
