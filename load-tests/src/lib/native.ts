import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { isPresent, run } from '../../../deploy/local/run.ts';

const COMPILER = 'cc';
const FLAGS = ['-std=gnu11', '-D_GNU_SOURCE', '-O2', '-Wall', '-Wextra'];
const COMPILE_DEADLINE_MS = 120_000;

const sources = join(import.meta.dirname, '../../native');
const programs = join(import.meta.dirname, '../../../.longwire/native');

/**
 * The path of a program of load-tests/native, compiled now unless that has been done for just these sources. Its sources are all files of the
 * folder of its name and of `shared`. Throws, saying what to install, where there is no C compiler, and with what the compiler said where it fails.
 */
export async function nativeProgram(
  name: 'load-client' | 'bare-server',
  extraFlags: readonly string[] = [],
): Promise<string> {
  const flags = [...FLAGS, ...extraFlags];
  const files = [...(await filesOf('shared')), ...(await filesOf(name))];
  const program = join(programs, `${name}-${await fingerprint(files, flags)}`);
  if (existsSync(program)) return program;
  if (!isPresent(COMPILER))
    throw new Error(`${COMPILER} is missing: install a C compiler (Debian: gcc libc6-dev)`);
  await mkdir(programs, { recursive: true });
  // Two processes may be at it at once: each makes one of its own, and puts it in place whole.
  const unfinished = `${program}.${process.pid}`;
  const parts = files.filter((file) => file.endsWith('.c'));
  await run(COMPILER, [...flags, ...parts, '-o', unfinished], { timeoutMs: COMPILE_DEADLINE_MS });
  await rename(unfinished, program);
  return program;
}

async function filesOf(folder: string): Promise<string[]> {
  const names = await readdir(join(sources, folder));
  return names
    .filter((name) => /\.[ch]$/.test(name))
    .sort()
    .map((name) => join(sources, folder, name));
}

async function fingerprint(files: readonly string[], flags: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(flags.join(' '));
  for (const file of files) hash.update(`\n${file}\n`).update(await readFile(file));
  return hash.digest('hex').slice(0, 16);
}
