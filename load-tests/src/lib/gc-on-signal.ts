/** Loaded into a service that is measured: SIGUSR2 collects all garbage, so that memory can be counted without it. Needs --expose-gc. */
process.on('SIGUSR2', () => {
  void globalThis.gc?.();
});
