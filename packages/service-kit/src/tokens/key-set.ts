import { randomBytes } from 'node:crypto';
import { rename, writeFile } from 'node:fs/promises';
import { Type, type Static } from 'typebox';
import { Value } from 'typebox/value';
import { valueProblems } from '../schema/value-problems.ts';

const tokenKeySet = Type.Object({
  keys: Type.Array(
    Type.Object({
      kty: Type.Literal('oct'),
      alg: Type.Literal('HS256'),
      kid: Type.String({ pattern: '^[A-Za-z0-9._-]{1,64}$' }),
      k: Type.String({
        pattern: '^[A-Za-z0-9_-]{43,}$',
        secret: true,
        description: 'at least 256 bits, base64url',
      }),
    }),
    { minItems: 1, maxItems: 16 },
  ),
});

/** A JWK Set (RFC 7517) of HS256 keys, the signing key first. */
export type TokenKeySet = Static<typeof tokenKeySet>;

const keptKeys = 3;

/** A key set with one new key. */
export function createTokenKeySet(): TokenKeySet {
  return { keys: [newKey()] };
}

/** Puts a new key first, so that it signs from now on. The newest three stay, so that older tokens verify until they expire. */
export function addTokenKey(set: TokenKeySet): TokenKeySet {
  return { keys: [newKey(), ...set.keys].slice(0, keptKeys) };
}

/** Reads a key set. Throws an Error that says what is wrong with it, and shows no key. */
export function parseTokenKeySet(text: string): TokenKeySet {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error('not JSON');
  }
  if (!Value.Check(tokenKeySet, value)) {
    const [problem] = valueProblems(tokenKeySet, value, Value.Errors(tokenKeySet, value));
    throw new Error(`${problem?.path}: given ${problem?.given ?? 'nothing'}; allowed: ${problem?.allowed}`);
  }
  if (new Set(value.keys.map((key) => key.kid)).size < value.keys.length) {
    throw new Error('two keys have the same kid');
  }
  return value;
}

/** Writes a key set for its owner alone, in one step: a reader sees the old file or the new one. */
export async function writeTokenKeySet(file: string, set: TokenKeySet): Promise<void> {
  const temporary = `${file}.${randomBytes(6).toString('hex')}.tmp`;
  await writeFile(temporary, `${JSON.stringify(set, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  await rename(temporary, file);
}

function newKey(): TokenKeySet['keys'][number] {
  const kid = `${new Date().toISOString().slice(0, 10)}-${randomBytes(4).toString('hex')}`;
  return { kty: 'oct', alg: 'HS256', kid, k: randomBytes(32).toString('base64url') };
}
