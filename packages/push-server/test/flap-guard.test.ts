import { expect, it } from 'vitest';
import { FlapGuard } from '../src/session/flap-guard.ts';

function guard(limits = { maxLoginsPerMinute: 15, loginBanMs: 60_000 }) {
  let forgotten = 0;
  const flapGuard = new FlapGuard(limits, () => forgotten++);
  /** A login from its first moment to its last. */
  const login = (clientId: string, nowMs: number): number => {
    const refusedForMs = flapGuard.refusedForMs(clientId, nowMs);
    if (refusedForMs === 0) flapGuard.loggedIn(clientId, nowMs);
    return refusedForMs;
  };
  return { flapGuard, login, forgotten: () => forgotten };
}

it('lets a client log in so often in a minute, then refuses it for the rest of its ban, then begins anew', () => {
  const { login } = guard();
  for (let i = 0; i < 15; i++) expect(login('flapping', 1000 * i)).toBe(0);
  expect(login('flapping', 20_000)).toBe(60_000);
  // What it tries meanwhile makes nothing longer.
  for (let i = 1; i < 60; i++) expect(login('flapping', 20_000 + 1000 * i)).toBe(60_000 - 1000 * i);
  expect(login('other', 30_000)).toBe(0);
  for (let i = 0; i < 15; i++) expect(login('flapping', 80_000)).toBe(0);
  expect(login('flapping', 80_000)).toBe(60_000);
});

it('does not mind a client that comes back every few seconds', () => {
  const { login } = guard();
  for (let atMs = 0; atMs < 3_600_000; atMs += 4000) expect(login('restless', atMs)).toBe(0);
});

it('counts no login that took no effect, however many run at once', () => {
  const { flapGuard, login } = guard();
  for (let i = 0; i < 100; i++) expect(flapGuard.refusedForMs('unlucky', i)).toBe(0);
  for (let i = 0; i < 15; i++) expect(login('unlucky', 100)).toBe(0);
  expect(login('unlucky', 100)).toBe(60_000);
  // Those that were on their way when the last that is allowed came through.
  for (let i = 0; i < 20; i++) flapGuard.loggedIn('racing', 100);
  expect(flapGuard.refusedForMs('racing', 100)).toBe(60_000);
  expect(flapGuard.refusedForMs('racing', 60_100)).toBe(0);
});

it('knows a bounded number of clients, forgets the oldest first and counts those forgotten before their time', () => {
  const { flapGuard, login, forgotten } = guard({ maxLoginsPerMinute: 1, loginBanMs: 60_000 });
  login('first', 0);
  for (let i = 0; i < 65_535; i++) login(`client-${i}`, 1);
  expect([flapGuard.size, forgotten()]).toEqual([65_536, 0]);
  login('one more', 2);
  expect([flapGuard.size, forgotten()]).toEqual([65_536, 1]);
  expect(login('first', 3)).toBe(0);
  expect(forgotten()).toBe(2);
  // Those whose minute is over are no loss.
  login('much later', 120_000);
  expect([flapGuard.size, forgotten()]).toEqual([65_536, 2]);
  flapGuard.forgetEnded(179_999);
  expect(flapGuard.size).toBe(1);
  flapGuard.forgetEnded(180_000);
  expect(flapGuard.size).toBe(0);
});

it('keeps a long ban however many others log in, and frees their minutes while it lasts', () => {
  const { flapGuard, login, forgotten } = guard({ maxLoginsPerMinute: 1, loginBanMs: 3_600_000 });
  login('banned', 0);
  expect(login('banned', 1)).toBe(3_600_000);
  for (let i = 0; i < 70_000; i++) login(`client-${i}`, 2);
  expect([flapGuard.size, forgotten()]).toEqual([65_537, 70_000 - 65_536]);
  expect(login('banned', 3)).toBe(3_599_998);
  flapGuard.forgetEnded(60_002);
  expect(flapGuard.size).toBe(1);
  flapGuard.forgetEnded(3_600_001);
  expect(flapGuard.size).toBe(0);
});
