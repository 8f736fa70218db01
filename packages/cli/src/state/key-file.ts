import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  addTokenKey,
  createTokenKeySet,
  parseTokenKeySet,
  writeTokenKeySet,
  type TokenKeySet,
} from '@longwire/service-kit';
import { Mistake } from '../mistake.ts';

/** Puts a new key first in the token key file, which is made if it is missing. Answers with the ids of its keys. */
export async function putNewKey(file: string): Promise<string[]> {
  const old = await readKeys(file);
  const set = old === null ? createTokenKeySet() : withNewKey(file, old);
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await writeTokenKeySet(file, set);
  return set.keys.map(({ kid }) => kid);
}

function withNewKey(file: string, old: TokenKeySet): TokenKeySet {
  try {
    return addTokenKey(old);
  } catch (error) {
    throw new Mistake(`${file}: ${(error as Error).message}`);
  }
}

async function readKeys(file: string): Promise<TokenKeySet | null> {
  try {
    return parseTokenKeySet(await readFile(file, 'utf8'));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    throw new Mistake(`${file} cannot be used: ${code ?? message}`);
  }
}
