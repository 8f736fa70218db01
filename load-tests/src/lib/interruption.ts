/** npm passes on what the terminal has told us already: only later is it somebody who does not want to wait. */
const SAME_MS = 1000;

/** Aborted on Ctrl-C, so that what was started is ended. Once more, and the process ends at once. */
export function interruption(): AbortSignal {
  const end = new AbortController();
  let interruptedAtMs = NaN;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      if (!end.signal.aborted) interruptedAtMs = performance.now();
      else if (performance.now() - interruptedAtMs > SAME_MS) process.exit(1);
      end.abort(new Error(`ended by ${signal}`));
    });
  return end.signal;
}

/** What the work comes to. Rejects when it is interrupted before. */
export async function unlessInterrupted<Value>(work: Promise<Value>, end: AbortSignal): Promise<Value> {
  end.throwIfAborted();
  return new Promise((resolve, reject) => {
    end.addEventListener('abort', () => reject(end.reason as Error), { once: true });
    work.then(resolve, reject);
  });
}
