import { expect, it } from 'vitest';
import { FlapGuard } from '../src/session/flap-guard.ts';

function guard(limits = { maxLoginsPerMinute: 15, loginBanMs: 60_000 }) {
  let forgotten = 0;
  const flapGuard = new FlapGuard(limits, () => forgotten++);
  return { flapGuard, forgotten: () => forgotten };
}

it('lets a client log in so often in a minute, then refuses it for the rest of its ban, then begins anew', () => {
  const { flapGuard } = guard();
  for (let i = 0; i < 15; i++) expect(flapGuard.login('flapping', 1000 * i)).toBe(0);
  expect(flapGuard.login('flapping', 20_000)).toBe(60_000);
  // What it tries meanwhile makes nothing longer.
  for (let i = 1; i < 60; i++) expect(flapGuard.login('flapping', 20_000 + 1000 * i)).toBe(60_000 - 1000 * i);
  expect(flapGuard.login('other', 30_000)).toBe(0);
  for (let i = 0; i < 15; i++) expect(flapGuard.login('flapping', 80_000)).toBe(0);
  expect(flapGuard.login('flapping', 80_000)).toBe(60_000);
});

it('does not mind a client that comes back every few seconds', () => {
  const { flapGuard } = guard();
  for (let atMs = 0; atMs < 3_600_000; atMs += 4000) expect(flapGuard.login('restless', atMs)).toBe(0);
});

it('does not count what was not the fault of the client', () => {
  const { flapGuard } = guard();
  for (let i = 0; i < 100; i++) {
    expect(flapGuard.login('unlucky', i)).toBe(0);
    flapGuard.forgive('unlucky');
  }
  for (let i = 0; i < 15; i++) expect(flapGuard.login('unlucky', 100)).toBe(0);
  expect(flapGuard.login('unlucky', 100)).toBe(60_000);
  flapGuard.forgive('unlucky');
  flapGuard.forgive('never seen');
  expect(flapGuard.login('unlucky', 60_099)).toBe(1);
});

it('knows a bounded number of clients, forgets the oldest first and counts those forgotten before their time', () => {
  const { flapGuard, forgotten } = guard({ maxLoginsPerMinute: 1, loginBanMs: 60_000 });
  flapGuard.login('first', 0);
  for (let i = 0; i < 65_535; i++) flapGuard.login(`client-${i}`, 1);
  expect([flapGuard.size, forgotten()]).toEqual([65_536, 0]);
  flapGuard.login('one more', 2);
  expect([flapGuard.size, forgotten()]).toEqual([65_536, 1]);
  expect(flapGuard.login('client-1', 3)).toBe(60_000);
  expect(flapGuard.login('first', 3)).toBe(0);
  expect(forgotten()).toBe(2);
  // Those whose minute is over are no loss.
  flapGuard.login('much later', 120_000);
  expect([flapGuard.size, forgotten()]).toEqual([65_536, 2]);
  flapGuard.forgetEnded(179_999);
  expect(flapGuard.size).toBe(1);
  flapGuard.forgetEnded(180_000);
  expect(flapGuard.size).toBe(0);
});
