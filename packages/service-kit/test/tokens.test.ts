import { mkdtemp, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import {
  addTokenKey,
  ConfigError,
  createTokenKeySet,
  parseTokenKeySet,
  TokenKeys,
  TokenVerifier,
  writeTokenKeySet,
  type TokenKeySet,
} from '../src/index.ts';
import { badTokens, encode, forge, goodClaims } from './bad-tokens.ts';

const logged: string[] = [];
const logger = pino({}, { write: (line: string) => logged.push(line) });
const opened: TokenKeys[] = [];
afterEach(() => opened.splice(0).forEach((keys) => keys.close()));

async function setUp(set = createTokenKeySet()) {
  const file = join(await mkdtemp(join(tmpdir(), 'longwire-keys-')), 'keys.json');
  await writeTokenKeySet(file, set);
  const keys = await TokenKeys.open(file, logger);
  opened.push(keys);
  const verifier = new TokenVerifier(keys, { issuer: 'longwire', audience: 'longwire' });
  return { file, keys, verifier, key: set.keys[0]!, set };
}

const nowSeconds = () => Date.now() / 1000;

describe('TokenVerifier', () => {
  it('reads a token with its times to the millisecond', async () => {
    const { verifier, key } = await setUp();
    const second = Math.floor(nowSeconds());
    const claims = { iat: second - 0.877, exp: second + 600.456 };
    expect(await verifier.verify(forge(key, claims))).toEqual({
      clientId: 'victim',
      issuedAtMs: second * 1000 - 877,
      expiresAtMs: second * 1000 + 600_456,
    });
  });

  it.each(badTokens)('refuses $name as $reason', async ({ make, reason }) => {
    const { verifier, key } = await setUp();
    await expect(verifier.verify(make(key))).rejects.toMatchObject({ name: 'TokenRefused', reason });
  });

  it.each([
    ['an end 55 s ago', () => ({ iat: nowSeconds() - 100, exp: nowSeconds() - 55 })],
    ['a time of issue in 59 s', () => ({ iat: nowSeconds() + 59, exp: nowSeconds() + 99 })],
    ['a start in 59 s', () => ({ nbf: nowSeconds() + 59 })],
    ['several audiences, ours among them', () => ({ aud: ['bank', 'longwire'] })],
    ['claims that it does not know', () => ({ admin: true, kid: 'x' })],
    ['a life of 30 days', () => ({ iat: nowSeconds(), exp: nowSeconds() + 30 * 24 * 3600 })],
  ])('takes a token with %s', async (_, claims) => {
    const { verifier, key } = await setUp();
    expect(await verifier.verify(forge(key, claims()))).toMatchObject({ clientId: 'victim' });
  });

  it('reads the last of two claims of one name, as whoever signed it did', async () => {
    const { verifier, key } = await setUp();
    const twice = JSON.stringify(goodClaims()).replace('{', '{"sub":"first",');
    expect(await verifier.verify(forge(key, twice))).toMatchObject({ clientId: 'victim' });
  });

  it('judges claims alike under a header as Longwire writes it and under another', async () => {
    const { verifier, key, keys } = await setUp();
    const otherHeader = JSON.stringify({ kid: key.kid, typ: 'JWT', alg: 'HS256' });
    expect(keys.ofHeader(forge(key).split('.')[0]!)?.kid).toBe(key.kid);
    expect(keys.ofHeader(encode(otherHeader))).toBeNull();
    const judge = (token: string) =>
      verifier.verify(token).then(
        ({ clientId }) => clientId,
        (error: { reason: string }) => error.reason,
      );
    const now = Math.floor(nowSeconds());
    const times = [0, -100, -63, -57, 57, 63, 100, 31 * 24 * 3600].map((offset) => now + offset);
    const odd = fc.constantFrom<unknown>(undefined, null, 0, true, '', 'now', [], {}, Number.MAX_VALUE);
    const claimsOf = fc.record(
      {
        sub: fc.oneof(fc.constantFrom('victim', 'vic tim', 'v'.repeat(129)), odd),
        iss: fc.oneof(fc.constantFrom('longwire', 'bank', ['longwire']), odd),
        aud: fc.oneof(fc.constantFrom('longwire', 'bank', ['bank', 'longwire']), odd),
        iat: fc.oneof(fc.constantFrom(...times), odd),
        exp: fc.oneof(fc.constantFrom(...times), odd),
        nbf: fc.oneof(fc.constantFrom(...times), odd),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(claimsOf, async (change) => {
        const claims = JSON.stringify(goodClaims(change));
        expect(await judge(forge(key, claims))).toBe(await judge(forge(key, claims, otherHeader)));
      }),
      { numRuns: 1000 },
    );
  });

  it('refuses a token in which any one bit of header, claims or signature was changed', async () => {
    const { verifier, key } = await setUp();
    const good = forge(key);
    await verifier.verify(good);
    const parts = good.split('.').map((part) => Buffer.from(part, 'base64url'));
    for (const [index, part] of parts.entries()) {
      for (let bit = 0; bit < part.length * 8; bit += 5) {
        const changed = parts.map((each) => Buffer.from(each));
        changed[index]![bit >> 3]! ^= 1 << (bit & 7);
        const text = changed.map((each) => each.toString('base64url')).join('.');
        await expect(verifier.verify(text)).rejects.toMatchObject({ name: 'TokenRefused' });
      }
    }
  });
});

describe('rotation', () => {
  it('verifies with every key of the file, and reads a changed file without restart', async () => {
    const { file, keys, verifier, key, set } = await setUp();
    const old = forge(key);
    const rotated = addTokenKey(set);
    await writeTokenKeySet(file, rotated);
    const fresh = forge(rotated.keys[0]!);
    await expect
      .poll(() => verifier.verify(fresh).catch(() => null), { timeout: 30_000, interval: 100 })
      .toMatchObject({ clientId: 'victim' });
    expect(keys.signing.kid).toBe(rotated.keys[0]!.kid);
    await expect(verifier.verify(old)).resolves.toMatchObject({ clientId: 'victim' });

    await writeTokenKeySet(file, { keys: [rotated.keys[0]!] });
    await expect
      .poll(() => verifier.verify(old).catch((error: { reason: string }) => error.reason), {
        timeout: 30_000,
        interval: 100,
      })
      .toBe('unknown-key');
  });

  it('keeps the old keys and says why when the new file cannot be used', async () => {
    const { file, verifier, key } = await setUp();
    await writeFile(file, '{"keys":[{"kty":"oct","alg":"HS256","kid":"k","k":"short"}]}');
    const stranger = forge(createTokenKeySet().keys[0]!);
    await expect
      .poll(
        async () => {
          await verifier.verify(stranger).catch(() => null);
          return logged.join('');
        },
        { timeout: 30_000, interval: 100 },
      )
      .toContain('old keys stay');
    expect(logged.join('')).not.toContain('"short"');
    await expect(verifier.verify(forge(key))).resolves.toMatchObject({ clientId: 'victim' });
  });

  it('puts the new key first and keeps the others as long as tokens that they signed may live', () => {
    const dayMs = 24 * 3_600_000;
    const startMs = Date.UTC(2026, 0, 1);
    // As keys were written before they had a time.
    const { addedAt: _, ...first } = createTokenKeySet().keys[0]!;
    let set: TokenKeySet = { keys: [first] };
    const kids = [set.keys[0]!.kid];
    const rotate = (afterDays: number): number => {
      set = addTokenKey(set, startMs + afterDays * dayMs);
      kids.unshift(set.keys[0]!.kid);
      expect(set.keys.map((key) => key.kid)).toEqual(kids.slice(0, set.keys.length));
      return set.keys.length;
    };
    expect([0, 1, 2, 3].map(rotate)).toEqual([2, 3, 4, 5]);
    // The first signed until day 0, the second until day 1.
    expect([30.5, 31.5, 32.5].map(rotate)).toEqual([6, 6, 6]);
    expect(rotate(100)).toBe(2);
    expect(new Set(kids).size).toBe(kids.length);
    expect(parseTokenKeySet(JSON.stringify(set)).keys).toHaveLength(2);
  });

  it('does not drop a key of which tokens may live, however often it is rotated', () => {
    let set = createTokenKeySet();
    while (set.keys.length < 64) set = addTokenKey(set);
    expect(() => addTokenKey(set)).toThrow(/no room for another/);
    expect(parseTokenKeySet(JSON.stringify(set)).keys).toHaveLength(64);
  });

  it('writes the file for its owner alone', async () => {
    const { file } = await setUp();
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });
});

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('nothing was thrown');
}

describe('the keys file', () => {
  const [good] = createTokenKeySet().keys as [TokenKeySet['keys'][number]];

  it.each([
    ['not JSON', '{'],
    ['no keys', '{"keys":[]}'],
    ['a short key', JSON.stringify({ keys: [{ ...good, k: 'c2hvcnQ' }] })],
    ['another algorithm', JSON.stringify({ keys: [{ ...good, alg: 'HS512' }] })],
    ['another key type', JSON.stringify({ keys: [{ ...good, kty: 'RSA' }] })],
    ['two keys of one kid', JSON.stringify({ keys: [good, { ...good, k: createTokenKeySet().keys[0]!.k }] })],
  ])('is refused with %s, and no key is shown', (_, text) => {
    const message = messageOf(() => parseTokenKeySet(text));
    expect(message).not.toContain(good.k);
    expect(message).not.toContain('c2hvcnQ');
  });

  it('is a wrong setting when it is missing at the start', async () => {
    await expect(TokenKeys.open('/nowhere/keys.json', logger)).rejects.toThrow(ConfigError);
    await expect(TokenKeys.open('/nowhere/keys.json', logger)).rejects.toThrow(/tokens\.keysFile.*ENOENT/);
  });
});
