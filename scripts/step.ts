import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { repositoryRoot } from '../deploy/local/sets.ts';

let running: ChildProcess | null = null;
let stopped = false;

/** Runs a command of the workspace (from node_modules/.bin) with this terminal; answers whether it succeeded. */
export async function runStep(
  name: string,
  [command = '', ...args]: string[],
  env: Record<string, string> = {},
): Promise<boolean> {
  if (stopped) return false;
  console.log(`\n== ${name}`);
  running = spawn(join(repositoryRoot, 'node_modules/.bin', command), args, {
    cwd: repositoryRoot,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [code] = (await once(running, 'exit')) as [number | null];
  running = null;
  return code === 0;
}

/** From here on SIGINT and SIGTERM end the running step and those to come, and not this process: it still has to tidy up. */
export function stopOnSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      stopped = true;
      running?.kill('SIGTERM');
    });
  }
}
