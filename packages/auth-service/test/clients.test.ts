import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operator, register, startAuthService, viewer, type RunningAuthService } from './support.ts';

let auth: RunningAuthService;
beforeAll(async () => {
  auth = await startAuthService();
});
afterAll(() => auth.stop());

describe('POST /v1/clients', () => {
  it('answers 201 with a secret of 256 random bits, which nothing may cache', async () => {
    const before = Date.now();
    const { status, body, headers } = await auth.post('/v1/clients', { clientId: 'a.b:c@d-1' }, operator.key);
    expect(status).toBe(201);
    expect(body.clientId).toBe('a.b:c@d-1');
    expect(body.clientSecret).toMatch(/^lws_[A-Za-z0-9_-]{43}$/);
    expect(Date.parse(body.registeredAt)).toBeGreaterThanOrEqual(before);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(await register(auth, 'other')).not.toBe(body.clientSecret);
    expect(auth.log()).not.toContain(body.clientSecret);
  });

  it('answers 409 when the id is taken, also to two who come at once', async () => {
    const ask = () => auth.post('/v1/clients', { clientId: 'twice' }, operator.key);
    const answers = await Promise.all([ask(), ask(), ask()]);
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, 409, 409]);
    expect((await ask()).body.code).toBe('client-taken');
  });

  it.each(['', 'with space', 'ü', 'x'.repeat(129), 7, null])('refuses the client id %j', async (clientId) => {
    const { status, body } = await auth.post('/v1/clients', { clientId }, operator.key);
    expect([status, body.code, body.errors?.[0]?.path]).toEqual([400, 'invalid-request', '/clientId']);
  });

  it('is for operators', async () => {
    expect((await auth.post('/v1/clients', { clientId: 'x' })).status).toBe(401);
    expect((await auth.post('/v1/clients', { clientId: 'x' }, 'lwk_unknown')).status).toBe(401);
    expect((await auth.post('/v1/clients', { clientId: 'x' }, viewer.key)).status).toBe(403);
  });
});
