import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { mkdtemp, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const nowSeconds = () => Date.now() / 1000;
const goodClaims = () => ({
  sub: 'device-1',
  iss: 'longwire',
  aud: 'longwire',
  iat: nowSeconds(),
  exp: nowSeconds() + 60,
});

/** Signs by hand, so that the verifier is not tested with the library that it is made of. */
function token(key: TokenKeySet['keys'][number], claims: object = goodClaims(), header: object = {}): string {
  const signed = `${encode({ alg: 'HS256', typ: 'JWT', kid: key.kid, ...header })}.${encode(claims)}`;
  const mac = createHmac('sha256', Buffer.from(key.k, 'base64url')).update(signed).digest('base64url');
  return `${signed}.${mac}`;
}

describe('TokenVerifier', () => {
  it('reads a token with its times to the millisecond', async () => {
    const { verifier, key } = await setUp();
    const claims = { ...goodClaims(), iat: 1_763_673_600.123, exp: 4_000_000_000.456 };
    expect(await verifier.verify(token(key, claims))).toEqual({
      clientId: 'device-1',
      issuedAtMs: 1_763_673_600_123,
      expiresAtMs: 4_000_000_000_456,
    });
  });

  it.each([
    ['expired', { exp: nowSeconds() - 61 }],
    ['not-yet-valid', { iat: nowSeconds() + 120 }],
    ['not-yet-valid', { nbf: nowSeconds() + 120 }],
    ['wrong-audience', { aud: 'someone' }],
    ['wrong-audience', { aud: undefined }],
    ['wrong-issuer', { iss: 'someone' }],
    ['malformed', { sub: undefined }],
    ['malformed', { sub: 'with space' }],
    ['malformed', { sub: 'x'.repeat(129) }],
    ['malformed', { exp: undefined }],
    ['malformed', { iat: undefined }],
    ['malformed', { exp: 'tomorrow' }],
  ])('refuses as %s: %j', async (reason, wrong) => {
    const { verifier, key } = await setUp();
    await expect(verifier.verify(token(key, { ...goodClaims(), ...wrong }))).rejects.toMatchObject({
      name: 'TokenRefused',
      reason,
    });
  });

  it('allows for clocks that are 60 s apart', async () => {
    const { verifier, key } = await setUp();
    const late = token(key, { ...goodClaims(), exp: nowSeconds() - 30 });
    const early = token(key, { ...goodClaims(), iat: nowSeconds() + 30 });
    await expect(verifier.verify(late)).resolves.toMatchObject({ clientId: 'device-1' });
    await expect(verifier.verify(early)).resolves.toMatchObject({ clientId: 'device-1' });
  });

  it.each(['', 'x', 'a.b', 'a.b.c', '..', '...', 'a.b.c.d.e', 'é.é.é', 'x'.repeat(5000)])(
    'refuses %s as malformed',
    async (text) => {
      const { verifier } = await setUp();
      await expect(verifier.verify(text)).rejects.toMatchObject({ reason: 'malformed' });
    },
  );

  it('refuses a token without signature, whatever it calls its algorithm', async () => {
    const { verifier, key } = await setUp();
    for (const alg of ['none', 'None', 'NONE', 'nOnE']) {
      const unsigned = `${encode({ alg, typ: 'JWT', kid: key.kid })}.${encode(goodClaims())}.`;
      await expect(verifier.verify(unsigned)).rejects.toMatchObject({ reason: 'bad-signature' });
    }
    const [header, claims] = token(key).split('.');
    await expect(verifier.verify(`${header}.${claims}.`)).rejects.toMatchObject({ name: 'TokenRefused' });
  });

  it('refuses another algorithm with the right kid: stronger, asymmetric, or the public key as the secret', async () => {
    const { verifier, key } = await setUp();
    const hs512 = `${encode({ alg: 'HS512', typ: 'JWT', kid: key.kid })}.${encode(goodClaims())}`;
    const mac = createHmac('sha512', Buffer.from(key.k, 'base64url')).update(hs512).digest('base64url');
    await expect(verifier.verify(`${hs512}.${mac}`)).rejects.toMatchObject({ reason: 'bad-signature' });

    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const jwk = publicKey.export({ format: 'jwk' });
    const rs256 = `${encode({ alg: 'RS256', typ: 'JWT', kid: key.kid, jwk })}.${encode(goodClaims())}`;
    const signature = sign('sha256', Buffer.from(rs256), privateKey).toString('base64url');
    await expect(verifier.verify(`${rs256}.${signature}`)).rejects.toMatchObject({ reason: 'bad-signature' });

    const pem = publicKey.export({ format: 'pem', type: 'spki' }).toString();
    const confused = { kty: 'oct' as const, alg: 'HS256' as const, kid: key.kid, k: encode(pem) };
    await expect(verifier.verify(token(confused, goodClaims(), { jwk }))).rejects.toMatchObject({
      reason: 'bad-signature',
    });
  });

  it('refuses a key that the token itself brings', async () => {
    const { verifier, key } = await setUp();
    const own = createTokenKeySet().keys[0]!;
    const header = { kid: key.kid, jwk: { kty: 'oct', k: own.k }, jku: 'http://127.0.0.1:1/keys' };
    await expect(verifier.verify(token(own, goodClaims(), header))).rejects.toMatchObject({
      reason: 'bad-signature',
    });
  });

  it('refuses an unknown kid, none, and one that is no text', async () => {
    const { verifier, key } = await setUp();
    const stranger = createTokenKeySet().keys[0]!;
    await expect(verifier.verify(token(stranger))).rejects.toMatchObject({ reason: 'unknown-key' });
    for (const kid of [undefined, '', '../../etc/passwd', '__proto__', 7, null]) {
      await expect(verifier.verify(token(key, goodClaims(), { kid }))).rejects.toMatchObject({
        name: 'TokenRefused',
      });
    }
  });

  it('refuses a token in which any one bit of header, claims or signature was changed', async () => {
    const { verifier, key } = await setUp();
    const good = token(key);
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

  it('does not change an answer when `crit` asks for what it does not know', async () => {
    const { verifier, key } = await setUp();
    const critical = token(key, goodClaims(), { crit: ['x'], x: 1 });
    await expect(verifier.verify(critical)).rejects.toMatchObject({ reason: 'malformed' });
  });
});

describe('rotation', () => {
  it('verifies with every key of the file, and reads a changed file without restart', async () => {
    const { file, keys, verifier, key, set } = await setUp();
    const old = token(key);
    const rotated = addTokenKey(set);
    await writeTokenKeySet(file, rotated);
    const fresh = token(rotated.keys[0]!);
    await expect
      .poll(() => verifier.verify(fresh).catch(() => null), { timeout: 30_000, interval: 100 })
      .toMatchObject({ clientId: 'device-1' });
    expect(keys.signing.kid).toBe(rotated.keys[0]!.kid);
    await expect(verifier.verify(old)).resolves.toMatchObject({ clientId: 'device-1' });

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
    const stranger = token(createTokenKeySet().keys[0]!);
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
    await expect(verifier.verify(token(key))).resolves.toMatchObject({ clientId: 'device-1' });
  });

  it('puts the new key first and keeps the newest three', () => {
    let set = createTokenKeySet();
    const kids = [set.keys[0]!.kid];
    for (let round = 0; round < 4; round++) {
      set = addTokenKey(set);
      kids.unshift(set.keys[0]!.kid);
    }
    expect(set.keys.map((key) => key.kid)).toEqual(kids.slice(0, 3));
    expect(new Set(kids).size).toBe(5);
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
