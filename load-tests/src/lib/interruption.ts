/** Rejects on Ctrl-C, so that what was started is ended. */
export function interruption(): Promise<never> {
  const interrupted = new Promise<never>((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => reject(new Error(`ended by ${signal}`)));
  });
  // It may come while nobody waits for it.
  interrupted.catch(() => undefined);
  return interrupted;
}
