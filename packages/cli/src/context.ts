import type { Terminal } from './terminal.ts';

/** What a command works with. */
export interface CliContext {
  readonly terminal: Terminal;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** What the process ends with when the command returns: 1 when what was asked for did not work out. */
  exitCode: 0 | 1;
}
