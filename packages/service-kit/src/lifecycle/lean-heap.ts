const YOUNG_SPACE = '--max-semi-space-size';
const YOUNG_SPACE_MIB = 4;

/**
 * Begins this process anew, in place (execve: same id, same standard streams), with a young generation that is kept small. V8 lets it grow
 * to 64 MiB, while a process loads its modules already, never gives that back, and takes the size from its command line alone. 4 MiB for each of its
 * halves cost 5 % more CPU than V8's own choice, and 1 MiB 15 % (docs/adr/0012-login-and-process.md).
 *
 * Call it before anything large is loaded. It does nothing where the size has been chosen, by a flag or NODE_OPTIONS; where a parent
 * talks to this process over IPC; and on Windows, which has no execve.
 */
export function beginLean(): void {
  const isChosen = [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''].some((text) =>
    text.replaceAll('_', '-').includes(YOUNG_SPACE),
  );
  if (isChosen || process.channel !== undefined || process.execve === undefined) return;
  const flags = [`${YOUNG_SPACE}=${YOUNG_SPACE_MIB}`, ...process.execArgv];
  process.execve(process.execPath, [process.execPath, ...flags, ...process.argv.slice(1)], process.env);
}
