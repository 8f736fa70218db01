import { describe, expect, it } from 'vitest';
import { createLogger } from '@longwire/service-kit';
import { AcceptRate } from '../src/listener/accept-rate.ts';
import { Admission, type AdmissionLimits } from '../src/listener/admission.ts';
import { LoopDelay } from '../src/listener/loop-delay.ts';
import { connectionBounds } from '../src/listener/open-files.ts';

const limits: AdmissionLimits = {
  maxConnections: 10,
  maxFileDescriptor: 100,
  maxUnauthenticated: 6,
  maxUnauthenticatedPerAddress: 3,
  acceptsPerSecond: 1000,
  maxEventLoopDelayMs: 200,
};

function admission(
  changed: Partial<AdmissionLimits> = {},
  loop = { currentMs: () => 0 },
  claims = { isFull: false },
): Admission {
  return new Admission({ ...limits, ...changed }, loop, claims);
}

describe('admission', () => {
  it('counts who is not signed in, by address and in all, until they are or have gone', () => {
    const gate = admission();
    for (let i = 0; i < 3; i++) expect(gate.admit('10.0.0.1', 50)).toBeNull();
    expect(gate.admit('10.0.0.1', 50)?.reason).toBe('unauthenticatedPerAddress');
    for (let i = 2; i < 5; i++) expect(gate.admit(`10.0.0.${i}`, 50)).toBeNull();
    expect(gate.admit('10.0.0.9', 50)?.reason).toBe('unauthenticated');
    expect(gate.unauthenticated).toBe(6);
    gate.signedIn('10.0.0.2');
    gate.left('10.0.0.3');
    expect(gate.admit('10.0.0.3', 50)).toBeNull();
    expect(gate.admit('10.0.0.2', 50)).toBeNull();
    expect(gate.unauthenticated).toBe(6);
  });

  it('leaves places for newcomers however many one, ten or a hundred addresses ask for', () => {
    for (const [addresses, each] of [
      [1, 499],
      [10, 237],
      [100, 42],
    ] as const) {
      const gate = admission({
        maxConnections: 19_500,
        maxUnauthenticated: 5000,
        maxUnauthenticatedPerAddress: 500,
        acceptsPerSecond: 1_000_000,
      });
      for (let i = 0; i < 1000; i++) for (let j = 0; j < addresses; j++) gate.admit(`10.1.0.${j}`, 50);
      expect(gate.unauthenticated / addresses).toBeGreaterThan(each);
      expect(5000 - gate.unauthenticated).toBeGreaterThan(400);
      expect(gate.admit('10.1.0.0', 50)?.reason).toBe('unauthenticatedPerAddress');
      for (let i = 0; i < 100; i++) expect(gate.admit(`10.2.0.${i}`, 50)).toBeNull();
    }
  });

  it('leaves all places to one address where that is set, for the proxy in front', () => {
    const gate = admission({ maxUnauthenticatedPerAddress: 6 });
    for (let i = 0; i < 6; i++) expect(gate.admit('10.0.0.1', 50)).toBeNull();
    expect(gate.admit('10.0.0.1', 50)?.reason).toBe('unauthenticated');
  });

  it('takes all of one IPv6 network for one address, and an IPv4 address for itself however it is written', () => {
    const gate = admission();
    for (let i = 0; i < 3; i++) expect(gate.admit(`2001:db8::${i}`, 50)).toBeNull();
    expect(gate.admit('2001:db8:0:0:ffff::1', 50)?.reason).toBe('unauthenticatedPerAddress');
    expect(gate.admit('2001:db8:0:1::1', 50)).toBeNull();
    gate.left('2001:db8::1');
    expect(gate.admit('2001:db8::9', 50)).toBeNull();
    const other = admission();
    for (const address of ['10.0.0.1', '::ffff:10.0.0.1', '10.0.0.1'])
      expect(other.admit(address, 50)).toBeNull();
    expect(other.admit('::ffff:10.0.0.1', 50)?.reason).toBe('unauthenticatedPerAddress');
    expect(other.admit('::ffff:10.0.0.2', 50)).toBeNull();
  });

  it('keeps to its number of connections, signed in or not', () => {
    const gate = admission();
    for (let i = 0; i < 10; i++) {
      expect(gate.admit('10.0.0.1', 50)).toBeNull();
      gate.signedIn('10.0.0.1');
    }
    expect(gate.admit('10.0.0.1', 50)?.reason).toBe('connections');
    gate.left(null);
    expect(gate.admit('10.0.0.1', 50)).toBeNull();
  });

  it('refuses file descriptors of the reserve, whose sockets may not linger, and takes low ones again', () => {
    const gate = admission();
    expect(gate.admit('10.0.0.1', 100)).toMatchObject({ reason: 'openFiles', mayLinger: false });
    expect(gate.admit('10.0.0.1', 99)).toBeNull();
    expect(gate.admit('10.0.0.1', -1)).toBeNull();
  });

  it('refuses while the event loop is late, and no longer', () => {
    let lateMs = 201;
    const gate = admission({}, { currentMs: () => lateMs });
    expect(gate.admit('10.0.0.1', 50)?.reason).toBe('eventLoop');
    lateMs = 200;
    expect(gate.admit('10.0.0.1', 50)).toBeNull();
  });

  it('takes no place of the accept rate for who is refused for another reason', () => {
    const gate = admission({ acceptsPerSecond: 4, maxUnauthenticatedPerAddress: 3 });
    for (let i = 0; i < 100; i++) gate.admit('10.0.0.1', 50);
    expect(gate.admit('10.0.0.2', 50)).toBeNull();
    expect(gate.admit('10.0.0.2', 50)?.reason).toBe('acceptRate');
  });

  it('refuses while claims wait too long, and saves up nothing of the accept rate meanwhile', () => {
    const claims = { isFull: true };
    const gate = admission({ acceptsPerSecond: 4 }, undefined, claims);
    for (let i = 0; i < 4; i++) expect(gate.admit(`10.0.0.${i}`, 50)?.reason).toBe('claimWait');
    claims.isFull = false;
    expect(gate.admit('10.0.0.9', 50)?.reason).toBe('acceptRate');
    expect(gate.unauthenticated).toBe(0);
  });

  it('tells each of the refused another time to come back, and lets a bounded number of them linger', () => {
    const gate = admission({ maxUnauthenticatedPerAddress: 1 });
    gate.admit('10.0.0.1', 50);
    const refusals = Array.from({ length: 1100 }, () => gate.admit('10.0.0.1', 50)!);
    for (const { retryAfterMs } of refusals) {
      expect(retryAfterMs).toBeGreaterThanOrEqual(1000);
      expect(retryAfterMs).toBeLessThanOrEqual(10_000);
    }
    expect(new Set(refusals.map(({ retryAfterMs }) => retryAfterMs)).size).toBeGreaterThan(500);
    expect(refusals.filter(({ mayLinger }) => mayLinger)).toHaveLength(1024);
    for (let i = 0; i < 77; i++) gate.refusedLeft();
    expect(gate.admit('10.0.0.1', 50)?.mayLinger).toBe(true);
    expect(gate.admit('10.0.0.1', 50)?.mayLinger).toBe(false);
  });
});

/** Clients that all come at once, each again when it was told to. The earliest goes first. */
function storm(rate: AcceptRate, clients: number, networkOf: (client: number) => string) {
  let [lastInMs, tries] = [0, 0];
  let waiting = Array.from({ length: clients }, (_, client) => ({ client, atMs: 0 }));
  for (let nowMs = 0; waiting.length > 0; nowMs += 10) {
    const due = waiting.filter(({ atMs }) => atMs <= nowMs);
    waiting = waiting.filter(({ atMs }) => atMs > nowMs);
    for (const { client } of due) {
      tries++;
      const waitMs = rate.take(networkOf(client), nowMs);
      if (waitMs === 0) lastInMs = nowMs;
      else waiting.push({ client, atMs: nowMs + waitMs });
    }
  }
  return { lastInMs, tries };
}

describe('the accept rate', () => {
  it('takes a second of it at once, then its rate', () => {
    const rate = new AcceptRate(100);
    const taken = (nowMs: number, tries: number) =>
      Array.from({ length: tries }, (_, i) => rate.take(`10.0.0.${i}`, nowMs)).filter(
        (waitMs) => waitMs === 0,
      ).length;
    expect(taken(5000, 150)).toBe(100);
    expect(taken(5100, 150)).toBe(10);
    expect(taken(60_000, 150)).toBe(100);
  });

  it.each([
    [10_000, 2000],
    [500, 100],
  ])('has a storm of %i clients back within clients / rate + 2 s at %i/s', (clients, perSecond) => {
    const { lastInMs, tries } = storm(new AcceptRate(perSecond), clients, (client) => `network-${client}`);
    expect(lastInMs).toBeLessThan((clients / perSecond) * 1000 + 2000);
    expect(tries / clients).toBeLessThan(3);
  });

  it('has a fleet of 10,000 behind one address back within a minute, even while as many come from others', () => {
    const alone = storm(new AcceptRate(2000), 10_000, () => 'fleet');
    expect(alone.lastInMs).toBeLessThan(30_000);
    expect(alone.tries / 10_000).toBeLessThan(4);
    const both = storm(new AcceptRate(2000), 20_000, (client) =>
      client % 2 ? 'fleet' : `network-${client}`,
    );
    expect(both.lastInMs).toBeLessThan(60_000);
  });

  it('keeps the places and the appointments of others from a flood of one address', () => {
    const rate = new AcceptRate(2000);
    let flooded = 0;
    let [others, refused, tries] = [0, 0, 0];
    for (let nowMs = 0; nowMs < 30_000; nowMs++) {
      for (let i = 0; i < 17; i++) if (rate.take('10.0.0.66', nowMs) === 0) flooded++;
      tries++;
      const waitMs = rate.take(`10.1.${nowMs}`, nowMs);
      if (waitMs === 0) others++;
      else refused++;
    }
    expect([others, refused]).toEqual([tries, 0]);
    // It gets what they leave.
    expect(flooded).toBeGreaterThan(29_000);
    // And when it is one of a storm that fills the node: no one waits for it in the book.
    const full = new AcceptRate(2000);
    for (let i = 0; i < 17_000; i++) full.take('10.0.0.66', 0);
    const waitsMs = Array.from({ length: 3000 }, (_, i) => full.take(`10.1.${i}`, 0));
    expect(Math.max(...waitsMs)).toBeLessThan(2500);
  });

  it('sends nobody away for longer than a minute, and spreads those at the end of the book', () => {
    const rate = new AcceptRate(10);
    const waitsMs = Array.from({ length: 5000 }, (_, i) => rate.take(`10.1.${i}`, 0));
    expect(Math.max(...waitsMs)).toBeLessThanOrEqual(61_000);
    const last = waitsMs.slice(-1000);
    expect(Math.min(...last)).toBeGreaterThanOrEqual(30_000);
    expect(new Set(last.map((waitMs) => Math.floor((waitMs - 1) / 3000))).size).toBe(10);
  });
});

describe('the bounds by open files', () => {
  const log: string[] = [];
  const logger = createLogger({
    service: 'push-server',
    level: 'info',
    destination: { write: (line: string) => void log.push(line) },
  });

  it('are those of the settings where files are enough', () => {
    const settings = { maxConnections: 19_500, reservedFiles: 256 };
    expect(connectionBounds(settings, logger, 20_000)).toEqual({
      maxConnections: 19_500,
      maxFileDescriptor: 19_744,
    });
    expect(connectionBounds(settings, logger, Infinity).maxFileDescriptor).toBe(Infinity);
    expect(log).toEqual([]);
  });

  it('are lowered, and said to be, where they are not; nothing left is an error', () => {
    const settings = { maxConnections: 19_500, reservedFiles: 256 };
    expect(connectionBounds(settings, logger, 1024)).toEqual({ maxConnections: 768, maxFileDescriptor: 768 });
    expect(log.join('')).toContain('lowered to 768');
    expect(() => connectionBounds(settings, logger, 256)).toThrow(/reservedFiles/);
  });

  it('come from the limit of this process', () => {
    const { maxFileDescriptor } = connectionBounds({ maxConnections: 1, reservedFiles: 16 }, logger);
    expect(maxFileDescriptor).toBeGreaterThan(16);
    expect(Number.isInteger(maxFileDescriptor)).toBe(process.platform === 'linux');
  });
});

it('sees that the event loop is late while it is, before any timer has run, and that it is not afterwards', async () => {
  const delay = new LoopDelay();
  delay.start();
  const busyUntilMs = performance.now() + 500;
  while (performance.now() < busyUntilMs);
  expect(delay.currentMs()).toBeGreaterThan(400);
  await expect.poll(() => delay.currentMs(), { timeout: 30_000 }).toBeLessThan(200);
  delay.stop();
  expect(delay.currentMs()).toBe(0);
});
