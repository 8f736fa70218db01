import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const packages = join(import.meta.dirname, '../../../packages');

/** What looks inside a package runs in a process of its own, started from that package's tests: the floors keep it out of here. */
const files = {
  placement: 'cluster/test/placement-simulation.ts',
  directory: 'cluster/test/directory-simulation.ts',
  wave: 'push-server/test/reconnect-wave.ts',
} as const;

/** Runs a part with its parameters; answers what it found. Rejects when it fails or takes longer than `deadlineMs`. */
export async function runPart<Figures>(
  part: keyof typeof files,
  parameters: unknown,
  deadlineMs: number,
): Promise<Figures> {
  const file = join(packages, files[part]);
  const child = spawn(
    process.execPath,
    [
      '--conditions=longwire-source',
      '--disable-warning=ExperimentalWarning',
      file,
      JSON.stringify(parameters),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'], timeout: deadlineMs },
  );
  const [output, ended] = await Promise.all([text(child.stdout), once(child, 'close')]);
  const [code] = ended as [number | null];
  if (code !== 0) throw new Error(`the simulation of ${part} failed, or took longer than ${deadlineMs} ms`);
  return JSON.parse(output) as Figures;
}
