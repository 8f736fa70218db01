import { createHmac } from 'node:crypto';
import { addTokenKey, createTokenKeySet, writeTokenKeySet, type TokenKeySet } from '@longwire/service-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { register, startAuthService, type RunningAuthService } from './support.ts';

let auth: RunningAuthService;
let secret: string;
beforeAll(async () => {
  auth = await startAuthService();
  await auth.addPushServer('push-1');
  secret = await register(auth, 'victim');
});
afterAll(() => auth.stop());

type Key = TokenKeySet['keys'][number];
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

function forge(key: Key, claims: object = {}, header: object = {}, hash = 'sha256'): string {
  const now = Date.now() / 1000;
  const all = { sub: 'victim', iss: 'longwire', aud: 'longwire', iat: now, exp: now + 60, ...claims };
  const signed = `${encode({ alg: 'HS256', typ: 'JWT', kid: key.kid, ...header })}.${encode(all)}`;
  const mac = createHmac(hash, Buffer.from(key.k, 'base64url')).update(signed).digest('base64url');
  return `${signed}.${mac}`;
}

const refresh = async (token: string) => {
  const { status, body } = await auth.post('/v1/tokens/refresh', undefined, token);
  return [status, body.code, body.detail];
};
const signIn = async () => {
  const { body } = await auth.post('/v1/tokens', { clientId: 'victim', clientSecret: secret });
  return body.token;
};

describe('forged tokens', () => {
  const now = () => Date.now() / 1000;
  const stranger = createTokenKeySet().keys[0]!;

  it('can be told from real ones by nothing but the key: a well-made one passes', async () => {
    const { status } = await auth.post('/v1/tokens/refresh', undefined, forge(auth.keySet.keys[0]!));
    expect(status).toBe(200);
  });

  it.each<[string, (key: Key) => string, RegExp]>([
    ['algorithm none', (key) => forge(key, {}, { alg: 'none' }).replace(/[^.]*$/, ''), /not signed/],
    ['another HMAC', (key) => forge(key, {}, { alg: 'HS512' }, 'sha512'), /not signed/],
    ['an algorithm with a public key', (key) => forge(key, {}, { alg: 'RS256' }), /not signed/],
    ['an unknown kid', () => forge(stranger), /key that is not in use/],
    ['a known kid over another key', (key) => forge({ ...stranger, kid: key.kid }), /not signed/],
    ['a wrong audience', (key) => forge(key, { aud: 'bank' }), /someone else/],
    ['a wrong issuer', (key) => forge(key, { iss: 'bank' }), /someone else/],
    ['an end in the past', (key) => forge(key, { exp: now() - 61 }), /expired/],
    ['no end', (key) => forge(key, { exp: undefined }), /not a Longwire token/],
    ['a start in the future', (key) => forge(key, { iat: now() + 120 }), /not valid yet/],
    ['another type', (key) => forge(key, {}, { typ: 'at+jwt' }), /not a Longwire token/],
  ])('with %s are refused', async (_, make, detail) => {
    expect(await refresh(make(auth.keySet.keys[0]!))).toEqual([
      401,
      'token-refused',
      expect.stringMatching(detail),
    ]);
  });

  it('made from a real one by changing whose it is are refused', async () => {
    const [header, claims, mac] = (await signIn()).split('.') as [string, string, string];
    const changed = { ...JSON.parse(Buffer.from(claims, 'base64url').toString()), sub: 'someone' } as object;
    expect((await refresh(`${header}.${encode(changed)}.${mac}`))[1]).toBe('token-refused');
  });
});

describe('rotation', () => {
  it('signs with the new key without restart, and takes tokens of both', async () => {
    const before = await signIn();
    const rotated = addTokenKey(auth.keySet);
    await writeTokenKeySet(auth.keysFile, rotated);
    const kidOf = (token: string) =>
      (JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString()) as { kid: string }).kid;
    await expect
      .poll(async () => kidOf(await signIn()), { timeout: 30_000, interval: 200 })
      .toBe(rotated.keys[0]!.kid);
    for (const token of [before, await signIn()]) {
      expect((await refresh(token))[0]).toBe(200);
      expect((await auth.verifier.verify(token)).clientId).toBe('victim');
    }
  });
});
