import { addTokenKey, tokenRefusals, writeTokenKeySet } from '@longwire/service-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { badTokens, encode, forge } from '../../service-kit/test/bad-tokens.ts';
import { register, startAuthService, type RunningAuthService } from './support.ts';

let auth: RunningAuthService;
let secret: string;
beforeAll(async () => {
  auth = await startAuthService();
  await auth.addPushServer('push-1');
  secret = await register(auth, 'victim');
});
afterAll(() => auth.stop());

const refresh = async (token: string) => {
  const { status, body } = await auth.post('/v1/tokens/refresh', undefined, token);
  return [status, body.code, body.detail];
};
const signIn = async () => {
  const { body } = await auth.post('/v1/tokens', { clientId: 'victim', clientSecret: secret });
  return body.token;
};

/** HTTP trims or refuses these itself. */
const notForHeaders = new Set([
  'a space in the signature',
  'a line end behind the signature',
  'a space in front',
  'letters outside ASCII',
]);

describe('forged tokens', () => {
  it('can be told from real ones by nothing but the key: a well-made one passes', async () => {
    const { status } = await auth.post('/v1/tokens/refresh', undefined, forge(auth.keySet.keys[0]!));
    expect(status).toBe(200);
  });

  it.each(badTokens.filter(({ name }) => !notForHeaders.has(name)))(
    'with $name are refused',
    async ({ make, reason }) => {
      const answer = await refresh(make(auth.keySet.keys[0]!));
      expect(answer).toEqual([401, 'token-refused', tokenRefusals[reason]]);
    },
  );

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
