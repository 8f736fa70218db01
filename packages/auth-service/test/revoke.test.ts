import { DirectoryUnavailable, EmbeddedDirectory } from '@longwire/cluster';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operator, register, startAuthService, viewer, type RunningAuthService } from './support.ts';

let auth: RunningAuthService;
beforeAll(async () => {
  auth = await startAuthService();
  await auth.addPushServer('push-1');
});
afterAll(() => auth.stop());

async function newClient(clientId: string) {
  const clientSecret = await register(auth, clientId);
  return async () => (await auth.post('/v1/tokens', { clientId, clientSecret })).body.token;
}

const refresh = (token: string) => auth.post('/v1/tokens/refresh', undefined, token);
const revoke = (body: unknown, credential: string) => auth.post('/v1/tokens/revoke', body, credential);

/** A revocation holds for its own millisecond, too. */
async function nextMillisecond(): Promise<void> {
  const now = Date.now();
  await expect.poll(() => Date.now(), { timeout: 30_000, interval: 1 }).toBeGreaterThan(now);
}

describe('POST /v1/tokens/revoke', () => {
  it.each<[string, { clientId?: string } | undefined]>([
    ['without a body', undefined],
    ['with an empty body', {}],
    ['with its own id', { clientId: 'client-0' }],
  ])('by a client, %s: all of its tokens are refused, newer ones are not', async (how, body) => {
    const clientId = `client-${body?.clientId === undefined ? how.replaceAll(' ', '-') : '0'}`;
    const signIn = await newClient(clientId);
    const [first, second] = [await signIn(), await signIn()];
    expect((await revoke(body, first)).status).toBe(204);
    for (const token of [first, second]) {
      const answer = await refresh(token);
      expect([answer.status, answer.body.code]).toEqual([401, 'token-revoked']);
    }
    await nextMillisecond();
    expect((await refresh(await signIn())).status).toBe(200);
  });

  it('by an operator, for the client that is named', async () => {
    const [signIn, signInOther] = [await newClient('named'), await newClient('bystander')];
    const [token, other] = [await signIn(), await signInOther()];
    expect((await revoke({ clientId: 'named' }, operator.key)).status).toBe(204);
    expect((await refresh(token)).body.code).toBe('token-revoked');
    expect((await refresh(other)).status).toBe(200);
  });

  it('reaches the directory, where push-servers ask', async () => {
    const token = await (await newClient('seen'))();
    const { issuedAtMs } = await auth.verifier.verify(token);
    expect(await auth.directory.isRevoked('seen', issuedAtMs)).toBe(false);
    await revoke({}, token);
    expect(await auth.directory.isRevoked('seen', issuedAtMs)).toBe(true);
  });

  it('is refused to a viewer, to a client for another, to a stranger, and to a token that is revoked', async () => {
    const signIn = await newClient('careful');
    const old = await signIn();
    await revoke({}, old);
    await nextMillisecond();
    const token = await signIn();
    const answers = await Promise.all([
      revoke({ clientId: 'careful' }, viewer.key),
      revoke({ clientId: 'someone' }, token),
      revoke({ clientId: 'careful' }, 'stranger'),
      revoke({}, old),
    ]);
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual([
      [403, 'forbidden'],
      [403, 'forbidden'],
      [401, 'token-refused'],
      [401, 'token-revoked'],
    ]);
    expect((await refresh(token)).status).toBe(200);
  });

  it('asks an operator for the client', async () => {
    const { status, body } = await revoke({}, operator.key);
    expect([status, body.code, body.errors?.[0]?.path]).toEqual([400, 'invalid-request', '/clientId']);
  });
});

it('while the directory is away a revocation and a refresh are refused with 503, and a sign-in by secret is not', async () => {
  class Directory extends EmbeddedDirectory {
    isAway = false;
    override revoke(...call: Parameters<EmbeddedDirectory['revoke']>) {
      return this.isAway ? Promise.reject(new DirectoryUnavailable('away')) : super.revoke(...call);
    }
    override isRevoked(...call: Parameters<EmbeddedDirectory['isRevoked']>) {
      return this.isAway ? Promise.reject(new DirectoryUnavailable('away')) : super.isRevoked(...call);
    }
  }
  const directory = new Directory();
  const own = await startAuthService({ directory });
  try {
    await own.addPushServer('push-1');
    const clientSecret = await register(own, 'device');
    const signIn = () => own.post('/v1/tokens', { clientId: 'device', clientSecret });
    const { token } = (await signIn()).body;
    directory.isAway = true;
    const revocation = [{ clientId: 'device' }, operator.key] as const;
    for (const answer of [
      await own.post('/v1/tokens/revoke', ...revocation),
      await own.post('/v1/tokens/revoke', {}, token),
      await own.post('/v1/tokens/refresh', undefined, token),
    ])
      expect([answer.status, answer.body.code]).toEqual([503, 'dependency-unavailable']);
    expect((await signIn()).status).toBe(200);
    directory.isAway = false;
    expect((await own.post('/v1/tokens/refresh', undefined, token)).status).toBe(200);
    expect((await own.post('/v1/tokens/revoke', ...revocation)).status).toBe(204);
    expect((await own.post('/v1/tokens/refresh', undefined, token)).body.code).toBe('token-revoked');
  } finally {
    await own.stop();
  }
});

describe('a thief who refreshes a stolen token over and over', () => {
  /** Holds calls at the directory: on the way to it, or with its answer on the way back. */
  class SlowDirectory extends EmbeddedDirectory {
    beforeRevoke = Promise.resolve();
    afterIsRevoked = Promise.resolve();
    revocations = 0;
    checks = 0;
    override async revoke(...call: Parameters<EmbeddedDirectory['revoke']>) {
      this.revocations++;
      await this.beforeRevoke;
      return super.revoke(...call);
    }
    override async isRevoked(...call: Parameters<EmbeddedDirectory['isRevoked']>) {
      const answer = await super.isRevoked(...call);
      this.checks++;
      await this.afterIsRevoked;
      return answer;
    }
  }
  const directory = new SlowDirectory();
  let own: RunningAuthService;
  let stolen: string;
  beforeAll(async () => {
    own = await startAuthService({ directory });
    await own.addPushServer('push-1');
  });
  afterAll(() => own.stop());
  const steal = async (clientId: string) => {
    const clientSecret = await register(own, clientId);
    stolen = (await own.post('/v1/tokens', { clientId, clientSecret })).body.token;
  };
  const refreshOwn = (token: string) => own.post('/v1/tokens/refresh', undefined, token);

  it('has nothing from a refresh that is answered after the revocation', async () => {
    await steal('slow-check');
    const held = Promise.withResolvers<void>();
    directory.afterIsRevoked = held.promise;
    const before = directory.checks;
    const refreshed = refreshOwn(stolen);
    await expect.poll(() => directory.checks, { timeout: 30_000 }).toBe(before + 1);
    await nextMillisecond();
    expect((await own.post('/v1/tokens/revoke', { clientId: 'slow-check' }, operator.key)).status).toBe(204);
    await nextMillisecond();
    held.resolve();
    const { token } = (await refreshed).body;
    expect((await refreshOwn(token)).body.code).toBe('token-revoked');
  });

  it('has nothing from a refresh that is answered while the revocation is being written', async () => {
    await steal('slow-write');
    const held = Promise.withResolvers<void>();
    directory.beforeRevoke = held.promise;
    const before = directory.revocations;
    const revoked = own.post('/v1/tokens/revoke', { clientId: 'slow-write' }, operator.key);
    await expect.poll(() => directory.revocations, { timeout: 30_000 }).toBe(before + 1);
    await nextMillisecond();
    const { token } = (await refreshOwn(stolen)).body;
    await nextMillisecond();
    held.resolve();
    expect((await revoked).status).toBe(204);
    expect((await refreshOwn(token)).body.code).toBe('token-revoked');
  });
});
