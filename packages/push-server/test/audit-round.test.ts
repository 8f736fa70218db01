import { pino } from 'pino';
import { Counter, Registry } from 'prom-client';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { EmbeddedDirectory, type Directory } from '@longwire/cluster';
import type { Connection } from '../src/connection/connection.ts';
import { PauseGuard } from '../src/cluster/pause-guard.ts';
import { RouteAudit } from '../src/session/route-audit.ts';
import { RouteRepair, type RouteRepairParts } from '../src/session/route-repair.ts';
import { SessionRegistry } from '../src/session/session-registry.ts';
import { Session } from '../src/session/session.ts';

const PROMISED_MS = 45_000;
const MAX_PER_SECOND = 5000;
const LIFE = { nodeId: 'push-1', boot: 'b'.repeat(16) };

/** Rounds last for 40 s: the clock is the test's. */
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'setTimeout'], now: 0 });
});
afterEach(() => {
  vi.useRealTimers();
});

class AuditedNode {
  readonly registry = new SessionRegistry();
  readonly audit: RouteAudit;
  /** When each live session was asked about last, or became live. */
  readonly lastAskedMs = new Map<string, number>();
  readonly askedBySecond = new Map<number, number>();
  longestMs = 0;
  nowMs = 0;
  #lastConn = 0;

  constructor(answersAfterMs: number) {
    const directory: Directory = new EmbeddedDirectory();
    const confirm: Directory['confirm'] = async (clientId, ...rest) => {
      this.#asked(clientId);
      if (answersAfterMs > 0) await new Promise((resolve) => setTimeout(resolve, answersAfterMs));
      return directory.confirm(clientId, ...rest);
    };
    const guard = new PauseGuard(
      () => Infinity,
      () => undefined,
    );
    const audited = new Counter({
      name: 'audited',
      help: 'audited',
      labelNames: ['result'],
      registers: [new Registry()],
    });
    const parts: Pick<RouteRepairParts, 'guard' | 'registry' | 'audited' | 'logger'> & {
      directory: Pick<Directory, 'confirm'>;
    } = {
      guard,
      registry: this.registry,
      audited,
      logger: pino({ level: 'silent' }),
      directory: { confirm },
    };
    // No route is another's, and no session ends while it is asked about: the other parts are not needed.
    this.audit = new RouteAudit(this.registry, new RouteRepair(parts as RouteRepairParts), guard);
    this.audit.start();
  }

  join(): void {
    const conn = ++this.#lastConn;
    const clientId = `client-${conn}`;
    const session = new Session(clientId, { conn } as Connection, LIFE, Date.now());
    this.registry.promote(session);
    this.lastAskedMs.set(clientId, this.nowMs);
  }

  leave(count: number): void {
    for (const session of [...this.registry.live()].slice(0, count)) {
      this.registry.remove(session);
      this.lastAskedMs.delete(session.clientId);
    }
  }

  async run(ms: number): Promise<void> {
    for (const endMs = this.nowMs + ms; this.nowMs < endMs;) {
      this.nowMs += 100;
      await vi.advanceTimersByTimeAsync(100);
    }
    // Those that nobody asks about any more must not be missed.
    for (const atMs of this.lastAskedMs.values())
      this.longestMs = Math.max(this.longestMs, this.nowMs - atMs);
  }

  #asked(clientId: string): void {
    this.longestMs = Math.max(this.longestMs, this.nowMs - this.lastAskedMs.get(clientId)!);
    this.lastAskedMs.set(clientId, this.nowMs);
    const second = Math.floor(this.nowMs / 1000);
    this.askedBySecond.set(second, (this.askedBySecond.get(second) ?? 0) + 1);
  }
}

it.each([
  [1, 0],
  [399, 0],
  [1000, 0],
  [19_500, 0],
  [180_000, 0],
  [1, 250],
  [399, 250],
  [19_500, 250],
])(
  'comes to each of %i sessions within 45 s, evenly, with a directory that answers after %i ms',
  async (size, answersAfterMs) => {
    const node = new AuditedNode(answersAfterMs);
    for (let i = 0; i < size; i++) node.join();
    await node.run(2.5 * PROMISED_MS);
    expect(node.lastAskedMs.size).toBe(size);
    expect(node.longestMs).toBeLessThan(PROMISED_MS);
    // A round takes 40 s, and ten a second are nothing.
    const atMost = Math.min(MAX_PER_SECOND, 1.5 * Math.max(10, size / 40));
    expect(Math.max(...node.askedBySecond.values())).toBeLessThanOrEqual(atMost);
    node.audit.stop();
  },
);

it('comes within 45 s to each session of those that come and go, too', async () => {
  const node = new AuditedNode(0);
  for (let i = 0; i < 4000; i++) node.join();
  for (let second = 0; second < 120; second++) {
    node.leave(50);
    for (let i = 0; i < (second < 60 ? 100 : 25); i++) node.join();
    await node.run(1000);
  }
  expect(node.longestMs).toBeLessThan(PROMISED_MS);
  node.audit.stop();
});
