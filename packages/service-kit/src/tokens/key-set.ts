import { randomBytes } from 'node:crypto';
import { rename, writeFile } from 'node:fs/promises';
import { Type, type Static } from 'typebox';
import { Value } from 'typebox/value';
import { valueProblems } from '../schema/value-problems.ts';
import { maxTokenLifeSeconds } from './token-settings.ts';

const maxKeys = 64;
/** What a key has signed lives no longer; a day more for clocks and for readers of the file. */
const keptAfterSigningMs = (maxTokenLifeSeconds + 24 * 3600) * 1000;

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
      addedAt: Type.Optional(
        Type.String({ format: 'date-time', description: 'since when it signs, or did: RFC 3339' }),
      ),
    }),
    { minItems: 1, maxItems: maxKeys },
  ),
});

/** A JWK Set (RFC 7517) of HS256 keys, the signing key first. */
export type TokenKeySet = Static<typeof tokenKeySet>;

/** A key set with one new key. */
export function createTokenKeySet(): TokenKeySet {
  return { keys: [newKey(Date.now())] };
}

/**
 * Puts a new key first, so that it signs from now on. The older stay for as long as tokens may live that they have signed. Throws when that
 * are too many.
 */
export function addTokenKey(set: TokenKeySet, nowMs: number = Date.now()): TokenKeySet {
  // A key of an earlier version does not say since when it signs: it counts from now.
  const old = set.keys.map((key) => ({ ...key, addedAt: key.addedAt ?? new Date(nowMs).toISOString() }));
  // Each signed until the one before it in the list was added.
  const kept = old.filter(
    (_, index) => index === 0 || Date.parse(old[index - 1]!.addedAt) > nowMs - keptAfterSigningMs,
  );
  if (kept.length >= maxKeys)
    throw new Error(
      `it holds ${kept.length} keys of which tokens may still be valid, and has no room for another; remove the last if its tokens may end`,
    );
  return { keys: [newKey(nowMs), ...kept] };
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

function newKey(nowMs: number): TokenKeySet['keys'][number] {
  const addedAt = new Date(nowMs).toISOString();
  const kid = `${addedAt.slice(0, 10)}-${randomBytes(4).toString('hex')}`;
  return { kty: 'oct', alg: 'HS256', kid, k: randomBytes(32).toString('base64url'), addedAt };
}
