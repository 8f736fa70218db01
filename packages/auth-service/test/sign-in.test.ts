import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { register, startAuthService, type RunningAuthService } from './support.ts';

let auth: RunningAuthService;
let secret: string;
beforeAll(async () => {
  auth = await startAuthService({ env: { LONGWIRE_TOKENS_LIFETIME_SECONDS: '600' } });
  for (const nodeId of ['push-1', 'push-2', 'push-3', 'push-4']) await auth.addPushServer(nodeId);
  await auth.addPushServer('push-draining', { state: 'draining' });
  await auth.addPushServer('push-without-tcp', { addresses: { api: 'http://127.0.0.1:1' } });
  secret = await register(auth, 'device-1');
});
afterAll(() => auth.stop());

const signIn = (clientId = 'device-1', clientSecret = secret) =>
  auth.post('/v1/tokens', { clientId, clientSecret });

describe('POST /v1/tokens', () => {
  it('answers a token that a push-server takes, its expiry, a node and two more', async () => {
    const before = Date.now();
    const { status, body, headers } = await signIn();
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    const verified = await auth.verifier.verify(body.token);
    expect(verified.clientId).toBe('device-1');
    expect(verified.issuedAtMs).toBeGreaterThanOrEqual(before);
    expect(verified.issuedAtMs).toBeLessThanOrEqual(Date.now());
    expect(verified.expiresAtMs - verified.issuedAtMs).toBe(600_000);
    // A push-server looks for exactly this header.
    expect(auth.keys.ofHeader(body.token.split('.')[0]!)).toBe(auth.keys.signing);
    expect(Date.parse(body.expiresAt)).toBe(verified.expiresAtMs);

    const nodes = [body.pushServer, ...body.alternatives];
    expect(new Set(nodes.map((node) => node.nodeId)).size).toBe(3);
    for (const { nodeId, tcp } of nodes) {
      expect(nodeId).toMatch(/^push-[1-4]$/);
      expect(tcp).toBe(`${nodeId}.example:7400`);
    }
    expect(auth.log()).not.toContain(body.token);
    expect(auth.log()).not.toContain(secret);
  });

  it('answers an unknown client and a wrong secret alike', async () => {
    const wrong = await signIn('device-1', `${secret.slice(0, -1)}x`);
    const unknown = await signIn('device-of-nobody');
    for (const { status, body } of [wrong, unknown]) {
      expect([status, body.code]).toEqual([401, 'invalid-credentials']);
    }
    const { traceId: _, ...ofWrong } = wrong.body;
    const { traceId: __, ...ofUnknown } = unknown.body;
    expect(ofWrong).toEqual(ofUnknown);
  });

  it('does not take the stored hash, or the secret of another client', async () => {
    const other = await register(auth, 'device-2');
    expect((await signIn('device-1', other)).status).toBe(401);
    expect((await signIn('device-2', secret)).status).toBe(401);
  });

  it('says where a body is wrong and hides the secret', async () => {
    const clientSecret = 's'.repeat(200);
    const { status, body } = await auth.post('/v1/tokens', { clientId: 'a b', clientSecret });
    expect([status, body.code]).toEqual([400, 'invalid-request']);
    expect(body.errors?.map((error) => error.path).sort()).toEqual(['/clientId', '/clientSecret']);
    expect(JSON.stringify(body)).not.toContain(clientSecret);
  });

  it('counts sign-ins by result', async () => {
    await signIn();
    await signIn('device-1', 'lws_wrong');
    const metrics = await auth.metrics();
    expect(metrics).toMatch(/longwire_auth_sign_ins_total\{via="secret",result="ok".*\} [1-9]/);
    expect(metrics).toMatch(
      /longwire_auth_sign_ins_total\{via="secret",result="invalid-credentials".*\} [1-9]/,
    );
    expect(metrics).toMatch(/longwire_auth_sign_in_seconds_count\{.*via="secret"\} [1-9]/);
  });
});

describe('POST /v1/tokens/refresh', () => {
  it('answers a fresh token and the same node', async () => {
    const first = await signIn();
    const { status, body } = await auth.post('/v1/tokens/refresh', undefined, first.body.token);
    expect(status).toBe(200);
    expect(body.token).not.toBe(first.body.token);
    expect((await auth.verifier.verify(body.token)).clientId).toBe('device-1');
    expect(body.pushServer).toEqual(first.body.pushServer);
  });

  it.each([
    ['no token', undefined, 'unauthorized'],
    ['no token at all', 'nonsense', 'token-refused'],
    ['a token without signature', 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJkZXZpY2UtMSJ9.', 'token-refused'],
  ])('refuses %s', async (_, token, code) => {
    const { status, body, headers } = await auth.post('/v1/tokens/refresh', undefined, token);
    expect([status, body.code]).toEqual([401, code]);
    expect(headers.get('www-authenticate')).toContain('Bearer');
  });
});

describe('the API', () => {
  it('is described by /openapi.json', async () => {
    const document = (await (await fetch(`${auth.url}/openapi.json`)).json()) as { paths: object };
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining(['/v1/clients', '/v1/tokens', '/v1/tokens/refresh', '/v1/tokens/revoke']),
    );
  });

  it('is ready when its backends are, the membership among them', async () => {
    const own = await startAuthService();
    try {
      const ready = () => fetch(`${own.url}/readyz`);
      const checks = { directory: 'ok', membership: 'ok', store: 'ok' };
      expect(await (await ready()).json()).toEqual({ status: 'ok', checks });
      await own.membership.close();
      await expect.poll(async () => (await ready()).status, { timeout: 30_000 }).toBe(503);
      expect(await (await ready()).json()).toMatchObject({ checks: { ...checks, membership: 'failed' } });
    } finally {
      await own.stop();
    }
  });
});
