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

/** Rejects with an Error of that message if the work has not settled in time. The work itself goes on. */
export async function within<Result>(
  timeoutMs: number,
  work: Promise<Result>,
  message: string,
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(message)), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Rejects with the signal's reason if the work has not settled before the signal. The work itself goes on. */
export async function unlessAborted<Result>(signal: AbortSignal, work: Promise<Result>): Promise<Result> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
