import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Mistake } from '../mistake.ts';

/** Reads a JSON file; null when there is none. */
export async function readPrivateJson<Value>(file: string): Promise<Value | null> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    throw new Mistake(`${file} cannot be read: ${code}`);
  }
  try {
    return JSON.parse(text) as Value;
  } catch {
    throw new Mistake(`${file} is not JSON; remove it, or put it right`);
  }
}

/** Writes a JSON file for its owner alone, in one step: a reader sees the old file or the new one. */
export async function writePrivateJson(file: string, value: object): Promise<void> {
  const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(temporary, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
    await rename(temporary, file);
  } catch (error) {
    throw new Mistake(`${file} cannot be written: ${(error as NodeJS.ErrnoException).code}`);
  }
}
