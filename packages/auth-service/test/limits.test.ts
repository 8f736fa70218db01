import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { loadAuthConfig } from '../src/index.ts';
import { FailedSignIns } from '../src/limits/failed-sign-ins.ts';
import { RecentMap } from '../src/limits/recent-map.ts';
import { RequestRates } from '../src/limits/request-rates.ts';
import { operator, register, startAuthService, viewer, type RunningAuthService } from './support.ts';

let auth: RunningAuthService | null = null;
afterEach(async () => {
  await auth?.stop();
  auth = null;
});

async function start(env: Record<string, string>): Promise<RunningAuthService> {
  auth = await startAuthService({ env });
  await auth.addPushServer('push-1');
  return auth;
}

/** A request as a proxy on this machine hands it on. */
async function post(path: string, from: string, body?: object, credential = ''): Promise<Response> {
  return fetch(auth!.url + path, {
    method: 'POST',
    headers: {
      'x-forwarded-for': from,
      authorization: `Bearer ${credential}`,
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
}

const limited = async (reason: string): Promise<number> =>
  Number(
    new RegExp(`longwire_auth_requests_limited_total\\{reason="${reason}".*\\} (\\d+)`).exec(
      await auth!.metrics(),
    )?.[1] ?? 0,
  );

const never = () => expect.unreachable('something was forgotten');

describe('requests from one address', () => {
  const few = { LONGWIRE_AUTH_REQUESTS_PER_SECOND: '0.001', LONGWIRE_AUTH_REQUEST_BURST: '4' };
  const trusting = { ...few, LONGWIRE_AUTH_TRUSTED_PROXIES: '["127.0.0.0/8"]' };
  const wrong = { clientId: 'nobody', clientSecret: 'x' };

  it('are refused beyond the burst, whichever endpoint they are for; others are served, and operators', async () => {
    await start(trusting);
    const asked = [
      await post('/v1/tokens', '203.0.113.1', wrong),
      await post('/v1/tokens', '203.0.113.1', wrong),
      await post('/v1/tokens/refresh', '203.0.113.1'),
      await post('/v1/tokens/revoke', '203.0.113.1', {}, viewer.key),
    ];
    expect(asked.map(({ status }) => status)).toEqual([401, 401, 401, 403]);
    for (const path of ['/v1/tokens', '/v1/tokens/refresh', '/v1/tokens/revoke']) {
      const refused = await post(path, '203.0.113.1', wrong, viewer.key);
      expect([refused.status, await refused.json()]).toMatchObject([429, { code: 'too-many-requests' }]);
      const afterSeconds = Number(refused.headers.get('retry-after'));
      expect(afterSeconds).toBeGreaterThanOrEqual(1);
      expect(afterSeconds).toBeLessThanOrEqual(6);
    }
    expect((await post('/v1/tokens', '203.0.113.2', wrong)).status).toBe(401);
    expect(await limited('address')).toBe(3);
    const revocation = await post('/v1/tokens/revoke', '203.0.113.1', { clientId: 'nobody' }, operator.key);
    expect(revocation.status).toBe(204);
  });

  it('are those of a host with all its IPv6 addresses', async () => {
    await start(trusting);
    for (let host = 1; host <= 4; host++) await post('/v1/tokens', `2001:db8::${host}`, wrong);
    expect((await post('/v1/tokens', '2001:db8::ffff', wrong)).status).toBe(429);
    expect((await post('/v1/tokens', '2001:db8:0:1::1', wrong)).status).toBe(401);
  });

  it('are not hidden by a forged X-Forwarded-For: neither from a stranger nor in front of a proxy’s own', async () => {
    await start(few);
    for (let forged = 1; forged <= 4; forged++) await post('/v1/tokens', `203.0.113.${forged}`, wrong);
    expect((await post('/v1/tokens', '203.0.113.9', wrong)).status).toBe(429);
    await auth!.stop();
    await start(trusting);
    for (let forged = 1; forged <= 4; forged++)
      await post('/v1/tokens', `203.0.113.${forged}, 198.51.100.1`, wrong);
    expect((await post('/v1/tokens', '203.0.113.9, 198.51.100.1', wrong)).status).toBe(429);
  });

  it('come again with time, one by one', () => {
    const rates = new RequestRates({ perSecond: 10, burst: 3 }, never);
    const take = (nowMs: number) => rates.take('a', nowMs);
    expect([0, 0, 0, 0, 99].map(take)).toEqual([true, true, true, false, false]);
    expect([100, 100, 300, 300, 300].map(take)).toEqual([true, false, true, true, false]);
    expect([60_000, 60_000, 60_000, 60_000].map(take)).toEqual([true, true, true, false]);
    expect(rates.take('b', 0)).toBe(true);
  });
});

describe('wrong secrets', () => {
  it('must wait after some in a row, the right secret too, but not elsewhere and not for another client', async () => {
    await start({
      LONGWIRE_AUTH_TRUSTED_PROXIES: '["127.0.0.1"]',
      LONGWIRE_AUTH_FREE_FAILURES: '3',
      LONGWIRE_AUTH_LONGEST_WAIT_MS: '600000',
    });
    const [secret, other] = [await register(auth!, 'device'), await register(auth!, 'other')];
    const signIn = (from: string, clientSecret: string, clientId = 'device') =>
      post('/v1/tokens', from, { clientId, clientSecret });
    for (let attempt = 0; attempt < 3; attempt++)
      expect((await signIn('203.0.113.1', 'guess')).status).toBe(401);
    // Guessing goes on: each attempt that is heard after a wait makes the next one twice as long.
    const waits = new Set<string | null>();
    const guess = async () => {
      const { status, headers } = await signIn('203.0.113.1', 'guess');
      return status === 429 && waits.add(headers.get('retry-after')).has('4');
    };
    await expect.poll(guess, { timeout: 30_000, interval: 50 }).toBe(true);
    expect([...waits].every((seconds) => ['1', '2', '3', '4'].includes(seconds!))).toBe(true);
    const refused = await signIn('203.0.113.1', secret);
    expect([refused.status, await refused.json()]).toMatchObject([429, { code: 'too-many-requests' }]);
    expect((await signIn('203.0.113.2', secret)).status).toBe(200);
    expect((await signIn('203.0.113.1', other, 'other')).status).toBe(200);
    await expect
      .poll(async () => (await signIn('203.0.113.1', secret)).status, { timeout: 30_000, interval: 200 })
      .toBe(200);
    expect(await limited('failures')).toBeGreaterThan(1);
  });

  it('of a client that does not exist are counted just so', async () => {
    await start({ LONGWIRE_AUTH_FREE_FAILURES: '1' });
    const guess = () => auth!.post('/v1/tokens', { clientId: 'nobody', clientSecret: 'guess' });
    expect((await guess()).status).toBe(401);
    await expect.poll(async () => (await guess()).status, { timeout: 30_000, interval: 1 }).toBe(429);
  });

  const limits = { freeFailures: 5, freeClientFailures: 20, longestWaitMs: 60_000 };

  it('make the wait double from 1 s to its bound; a success ends it, and so does time', () => {
    const failures = new FailedSignIns(limits, never);
    let nowMs = 0;
    const waits = Array.from({ length: 13 }, () => {
      const waitMs = failures.begin('c', 'a', nowMs);
      nowMs += waitMs;
      if (waitMs > 0) expect(failures.begin('c', 'a', nowMs)).toBe(0);
      return waitMs / 1000;
    });
    expect(waits).toEqual([0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60]);
    failures.succeeded('c', 'a');
    expect([failures.begin('c', 'a', nowMs), failures.begin('c', 'a', nowMs)]).toEqual([0, 0]);
    for (let count = 0; count < 5; count++) failures.begin('d', 'a', 0);
    expect(failures.begin('d', 'a', 0)).toBe(1000);
    expect(failures.begin('d', 'a', 15 * 60_000)).toBe(0);
    expect(failures.begin('d', 'a', 15 * 60_000)).toBe(0);
  });

  it('from many addresses make everybody wait but the address from which the client came last', () => {
    const failures = new FailedSignIns(limits, never);
    failures.succeeded('c', 'home');
    for (let stranger = 0; stranger < 20; stranger++)
      expect(failures.begin('c', `stranger-${stranger}`, 0)).toBe(0);
    expect(failures.begin('c', 'stranger-99', 0)).toBe(1000);
    expect(failures.begin('c', 'home', 0)).toBe(0);
    expect(failures.begin('other', 'stranger-1', 0)).toBe(0);
    failures.succeeded('c', 'home');
    expect(failures.begin('c', 'stranger-99', 0)).toBe(0);
  });

  it('from one address alone do not make others wait, however many they are', () => {
    const failures = new FailedSignIns(limits, never);
    let nowMs = 0;
    for (let attempt = 0; attempt < 40; attempt++) nowMs += failures.begin('c', 'stranger', nowMs);
    expect(failures.begin('c', 'elsewhere', nowMs)).toBe(0);
  });

  it('are counted before they are known to be wrong, so that those that come together are no way around', async () => {
    await start({ LONGWIRE_AUTH_TRUSTED_PROXIES: '["127.0.0.1"]' });
    const secret = await register(auth!, 'device');
    const body = JSON.stringify({ clientId: 'device', clientSecret: 'guess' });
    const guess =
      'POST /v1/tokens HTTP/1.1\r\nhost: x\r\nx-forwarded-for: 203.0.113.1\r\n' +
      `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
    const socket = connect(Number(new URL(auth!.url).port), '127.0.0.1');
    socket.write(guess.repeat(300));
    const statuses = (await text(socket)).match(/(?<=HTTP\/1\.1 )\d+/g);
    expect(statuses).toEqual(['401', '401', '401', '401', '401', '429']);
    const elsewhere = await post('/v1/tokens', '198.51.100.7', { clientId: 'device', clientSecret: secret });
    expect(elsewhere.status).toBe(200);
  });

  it('are not those of which nobody could say whether they were wrong', () => {
    const failures = new FailedSignIns(limits, never);
    for (let attempt = 0; attempt < 30; attempt++) {
      expect(failures.begin('c', 'a', 0)).toBe(0);
      failures.abandoned('c', 'a');
    }
    for (let attempt = 0; attempt < 5; attempt++) expect(failures.begin('c', 'a', 0)).toBe(0);
    expect(failures.begin('c', 'a', 0)).toBe(1000);
  });
});

describe('sign-ins of one client', () => {
  const env = { LONGWIRE_AUTH_CLIENT_SIGN_INS_PER_SECOND: '0.001', LONGWIRE_AUTH_CLIENT_SIGN_IN_BURST: '4' };

  it('and refreshes together are refused beyond the burst, the right ones; wrong ones take no share, and others are served', async () => {
    await start({ ...env, LONGWIRE_AUTH_FREE_FAILURES: '100' });
    const [clientSecret, other] = [await register(auth!, 'device'), await register(auth!, 'other')];
    const signIn = (secret: string, clientId = 'device') =>
      auth!.post('/v1/tokens', { clientId, clientSecret: secret });
    for (let attempt = 0; attempt < 8; attempt++) expect((await signIn('guess')).status).toBe(401);
    const { token } = (await signIn(clientSecret)).body;
    expect((await signIn(clientSecret)).status).toBe(200);
    for (let attempt = 0; attempt < 2; attempt++)
      expect((await auth!.post('/v1/tokens/refresh', undefined, token)).status).toBe(200);
    for (const refused of [
      await signIn(clientSecret),
      await auth!.post('/v1/tokens/refresh', undefined, token),
    ]) {
      expect([refused.status, refused.body.code]).toEqual([429, 'too-many-requests']);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    }
    expect(await limited('client')).toBe(2);
    expect((await signIn(other, 'other')).status).toBe(200);
  });
});

describe('the tables', () => {
  it('forget the oldest, tell of it, and never grow beyond their bound', () => {
    const forgotten: number[] = [];
    const recent = new RecentMap<number>(3, (value) => forgotten.push(value));
    for (let key = 0; key < 5; key++) recent.set(`${key}`, key);
    recent.set('2', 20);
    recent.set('5', 5);
    const kept = ['0', '1', '2', '3', '4', '5'].map((key) => recent.get(key));
    expect(kept).toEqual([undefined, undefined, 20, undefined, 4, 5]);
    expect(forgotten).toEqual([0, 1, 3]);
  });

  it('count what they forget before its time, and nothing that had its time', () => {
    let forgotten = 0;
    const forget = () => forgotten++;
    const rates = new RequestRates({ perSecond: 1, burst: 2 }, forget);
    for (let key = 0; key < 100_000; key++) rates.take(`old-${key}`, 0);
    for (let key = 0; key < 100_000; key++) rates.take(`new-${key}`, 60_000);
    expect(forgotten).toBe(0);
    rates.take('one more', 60_000);
    expect(forgotten).toBe(1);
    const failures = new FailedSignIns(
      { freeFailures: 5, freeClientFailures: 20, longestWaitMs: 60_000 },
      forget,
    );
    for (let client = 0; client < 50_000; client++) failures.begin(`${client}`, 'a', 0);
    expect(forgotten).toBe(1);
    failures.begin('one more', 'a', 0);
    expect(forgotten).toBe(3);
    failures.begin('later', 'a', 60 * 60_000);
    expect(forgotten).toBe(3);
  });
});

it.each(['["10.0.0.0/33"]', '["nginx"]', '["::1/200"]', '["1.2.3"]', '["10.0.0.1/0"]'])(
  'proxies given as %s are a wrong setting',
  (given) => {
    const env = { LONGWIRE_CLUSTER_SECRET: 'c'.repeat(32), LONGWIRE_AUTH_TRUSTED_PROXIES: given };
    expect(() => loadAuthConfig(env)).toThrow(/auth\.trustedProxies/);
  },
);
