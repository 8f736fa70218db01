import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { maxTokenLifeMs, type Directory, type NodeLease, type Route } from '../src/directory/index.ts';

const bootA = 'aaaaaaaaaaaaaaaa';
const bootB = 'bbbbbbbbbbbbbbbb';
const nowMs = Date.now();
const oddClientIds = ['__proto__', 'constructor', 'toString', 'a:b@c', 'A', 'a', '-', '0', 'x'.repeat(128)];

export function route(conn: number, nodeId = 'node-1', boot = bootA): Route {
  return { nodeId, boot, conn, transport: 'tcp', sinceMs: nowMs + conn };
}

/** What every Directory does. `open` answers an empty one; it is closed here. */
export function directoryConformance(name: string, open: () => Promise<Directory>): void {
  describe(name, () => {
    let directory: Directory;
    beforeEach(async () => {
      directory = await open();
    });
    afterEach(() => directory.close());

    test('answers a ping', async () => {
      await directory.ping();
    });

    test('a claim is found and a newer one replaces it', async () => {
      const first = route(1, 'node-1', bootA);
      const second = route(Number.MAX_SAFE_INTEGER, 'node.2_with-a-long-name', bootB);
      expect(await directory.claim('client', first, nowMs)).toEqual({ status: 'claimed', replaced: null });
      expect(await directory.lookup(['client'])).toEqual([first]);
      expect(await directory.claim('client', second, nowMs)).toEqual({ status: 'claimed', replaced: first });
      expect(await directory.lookup(['client'])).toEqual([second]);
    });

    test('only the connection that owns a route releases it', async () => {
      const owned = route(12);
      await directory.claim('client', owned, nowMs);
      expect(await directory.release('client', { ...owned, conn: 1 })).toBe(false);
      expect(await directory.release('client', { ...owned, conn: 123 })).toBe(false);
      expect(await directory.release('client', { ...owned, boot: bootB })).toBe(false);
      expect(await directory.release('client', { ...owned, nodeId: 'node-12' })).toBe(false);
      expect(await directory.release('stranger', owned)).toBe(false);
      expect(await directory.lookup(['client'])).toEqual([owned]);
      expect(await directory.release('client', owned)).toBe(true);
      expect(await directory.release('client', owned)).toBe(false);
      expect(await directory.lookup(['client'])).toEqual([null]);
    });

    test('confirm lets a standing route be and puts a missing one back', async () => {
      await directory.claim('client', route(1), nowMs);
      expect(await directory.confirm('client', route(1), nowMs)).toBe('standing');
      expect(await directory.confirm('lost', route(2), nowMs)).toBe('restored');
      expect(await directory.confirm('lost', route(2), nowMs)).toBe('standing');
      expect(await directory.lookup(['client', 'lost'])).toEqual([route(1), route(2)]);
    });

    test('confirm never takes a client from another connection', async () => {
      const owned = route(12);
      await directory.claim('client', owned, nowMs);
      for (const other of [{ conn: 1 }, { conn: 123 }, { boot: bootB }, { nodeId: 'node-12' }])
        expect(await directory.confirm('client', { ...owned, ...other }, nowMs)).toEqual(owned);
      for (const sinceMs of [0, nowMs + 3_600_000])
        expect(await directory.confirm('client', { ...owned, conn: 1, sinceMs }, nowMs)).toEqual(owned);
      expect(await directory.lookup(['client'])).toEqual([owned]);
    });

    test('confirm tells a revoked session so, unless another connection holds its client', async () => {
      await directory.claim('client', route(1), nowMs);
      await directory.revoke('client', nowMs);
      expect(await directory.confirm('client', route(1), nowMs)).toBe('revoked');
      expect(await directory.confirm('client', route(1), nowMs + 1)).toBe('standing');
      expect(await directory.confirm('client', route(2), nowMs)).toEqual(route(1));
      await directory.release('client', route(1));
      expect(await directory.confirm('client', route(1), nowMs)).toBe('revoked');
      expect(await directory.lookup(['client'])).toEqual([null]);
    });

    test('many confirms at once are answered each by its own', async () => {
      const ids = Array.from({ length: 350 }, (_, i) => `client-${i}`);
      await Promise.all(ids.map((id, i) => directory.claim(id, route(i + 1), nowMs)));
      await Promise.all(
        ids.map(async (id, i) => {
          if (i % 3 === 0) await directory.release(id, route(i + 1));
          if (i % 3 === 1) await directory.claim(id, route(i + 1, 'node-2'), nowMs);
        }),
      );
      const answers = await Promise.all(ids.map((id, i) => directory.confirm(id, route(i + 1), nowMs)));
      expect(answers).toEqual(ids.map((_, i) => ['restored', route(i + 1, 'node-2'), 'standing'][i % 3]));
      expect(await directory.count()).toBe(ids.length);
    });

    test('a look-up of many answers in order, with gaps and repetitions', async () => {
      const ids = Array.from({ length: 1700 }, (_, i) => `client-${i}`);
      const claims = ids.map((id, i) => (i % 3 === 0 ? [] : [directory.claim(id, route(i), nowMs)]));
      await Promise.all(claims.flat());
      const asked = [...ids.toReversed(), 'client-1', 'client-1'];
      const expected = asked.map((id) => {
        const i = Number(id.slice('client-'.length));
        return i % 3 === 0 ? null : route(i);
      });
      expect(await directory.lookup(asked)).toEqual(expected);
      expect(await directory.lookup([])).toEqual([]);
      expect(await directory.count()).toBe(expected.filter((found) => found !== null).length - 2);
    });

    test('calls made at once take effect in the order in which they were made', async () => {
      const claims = await Promise.all(
        [1, 2, 3].map((conn) => directory.claim('client', route(conn), nowMs)),
      );
      expect(claims.map((claim) => claim.status === 'claimed' && claim.replaced)).toEqual([
        null,
        route(1),
        route(2),
      ]);
    });

    test('counts routes, not logins', async () => {
      expect(await directory.count()).toBe(0);
      await directory.claim('one', route(1), nowMs);
      await directory.claim('one', route(2), nowMs);
      await directory.claim('two', route(3), nowMs);
      expect(await directory.count()).toBe(2);
      await directory.release('two', route(3));
      expect(await directory.count()).toBe(1);
    });

    test('a sweep deletes the routes of that boot of that node and nothing else', async () => {
      await directory.rememberBoot('node-1', bootA);
      await directory.rememberBoot('node-1', bootB);
      const kept = new Map([
        ['other-boot', route(1, 'node-1', bootB)],
        ['other-node', route(1, 'node-11', bootA)],
      ]);
      for (const [id, keep] of kept) await directory.claim(id, keep, nowMs);
      await Promise.all(
        Array.from({ length: 40 }, (_, i) => directory.claim(`dead-${i}`, route(i + 1), nowMs)),
      );
      await directory.claim('moved', route(99), nowMs);
      await directory.claim('moved', route(7, 'node-2', bootB), nowMs);

      expect(await directory.sweep('node-1', bootA)).toBe(40);
      expect(await directory.sweep('node-1', bootA)).toBe(0);
      expect(await directory.lookup([...kept.keys(), 'moved', 'dead-0'])).toEqual([
        ...kept.values(),
        route(7, 'node-2', bootB),
        null,
      ]);
      // Its boot is known until it is forgotten: it may still write.
      expect(await directory.knownBoots()).toHaveLength(2);
      await directory.forgetBoot('node-1', bootA);
      expect(await directory.knownBoots()).toEqual([{ nodeId: 'node-1', boot: bootB }]);
    });

    test('a revocation refuses tokens up to its time, leaves the route, and never moves back', async () => {
      await directory.claim('client', route(1), nowMs);
      expect(await directory.revoke('client', nowMs)).toEqual(route(1));
      expect(await directory.revoke('client', nowMs - 1000)).toEqual(route(1));
      expect(await directory.revoke('nobody', nowMs)).toBeNull();
      expect(await directory.claim('client', route(2), nowMs)).toEqual({ status: 'revoked' });
      expect(await directory.claim('client', route(2), nowMs - 500)).toEqual({ status: 'revoked' });
      expect(await directory.lookup(['client'])).toEqual([route(1)]);
      expect(await directory.isRevoked('client', nowMs)).toBe(true);
      expect(await directory.isRevoked('client', nowMs + 1)).toBe(false);
      expect(await directory.isRevoked('stranger', nowMs)).toBe(false);
      expect(await directory.claim('client', route(3), nowMs + 1)).toEqual({
        status: 'claimed',
        replaced: route(1),
      });
      expect(await directory.isRevoked('client', nowMs)).toBe(true);
    });

    test('a floor older than any token is dropped by the next claim', async () => {
      const longAgoMs = nowMs - maxTokenLifeMs - 60_000;
      await directory.revoke('client', longAgoMs);
      expect((await directory.claim('client', route(1), longAgoMs)).status).toBe('revoked');
      expect(await directory.isRevoked('client', longAgoMs)).toBe(true);
      expect((await directory.claim('client', route(2), nowMs)).status).toBe('claimed');
      expect(await directory.isRevoked('client', longAgoMs)).toBe(false);
    });

    test('the floor of a client who never comes back is dropped by later revocations', async () => {
      const longAgoMs = nowMs - maxTokenLifeMs - 60_000;
      await directory.revoke('gone', longAgoMs);
      expect(await directory.isRevoked('gone', longAgoMs)).toBe(true);
      await directory.revoke('recent', nowMs - 1000);
      // Enough for every bucket that a directory under test has.
      for (let i = 0; i < 200; i += 1) await directory.revoke(`other-${i}`, nowMs);
      expect(await directory.isRevoked('gone', longAgoMs)).toBe(false);
      expect(await directory.isRevoked('recent', nowMs - 1000)).toBe(true);
    });

    test('takes any client id for what it is', async () => {
      const routes = oddClientIds.map((_, i) => route(i + 1));
      for (const [i, id] of oddClientIds.entries()) {
        expect(await directory.claim(id, routes[i] as Route, nowMs)).toEqual({
          status: 'claimed',
          replaced: null,
        });
      }
      expect(await directory.lookup(oddClientIds)).toEqual(routes);
      expect(await directory.lookup(['prototype', 'hasOwnProperty', 'B'])).toEqual([null, null, null]);
      for (const id of oddClientIds) await directory.revoke(id, nowMs);
      for (const id of oddClientIds) expect(await directory.isRevoked(id, nowMs)).toBe(true);
      expect(await directory.isRevoked('hasOwnProperty', nowMs)).toBe(false);
      expect(await directory.count()).toBe(oddClientIds.length);
    });

    test('remembers boots until they are forgotten', async () => {
      expect(await directory.knownBoots()).toEqual([]);
      await directory.rememberBoot('node-1', bootA);
      await directory.rememberBoot('node-1', bootA);
      await directory.rememberBoot('node-2', bootA);
      expect(byNode(await directory.knownBoots())).toEqual([
        { nodeId: 'node-1', boot: bootA },
        { nodeId: 'node-2', boot: bootA },
      ]);
      await directory.sweep('node-2', bootA);
      await directory.forgetBoot('node-2', bootA);
      expect(await directory.knownBoots()).toEqual([{ nodeId: 'node-1', boot: bootA }]);
    });

    test('a refreshed lease tells whether the directory knew the boot, and remembers it', async () => {
      expect(await directory.refreshLease(lease('node-1', bootA, 1), 60_000)).toBe('forgotten');
      expect(await directory.refreshLease(lease('node-1', bootA, 2), 60_000)).toBe('kept');
      await directory.rememberBoot('node-1', bootB);
      expect(await directory.refreshLease(lease('node-1', bootB, 3), 60_000)).toBe('kept');
      await directory.forgetBoot('node-1', bootA);
      expect(await directory.refreshLease(lease('node-1', bootA, 4), 60_000)).toBe('forgotten');
      expect(await directory.knownBoots()).toHaveLength(2);
    });

    test('a boot that was declared dead is told so and its lease is not renewed; another life is free', async () => {
      await directory.rememberBoot('node-1', bootA);
      expect(await directory.fence('node-1', bootA)).toBe(true);
      expect(await directory.fence('node-1', bootA)).toBe(true);
      expect(await directory.refreshLease(lease('node-1', bootA, 2), 60_000)).toBe('fenced');
      expect(await directory.leases()).toEqual([]);
      expect(await directory.refreshLease(lease('node-1', bootB, 3), 60_000)).toBe('forgotten');
      expect(await directory.refreshLease(lease('node-2', bootA, 4), 60_000)).toBe('forgotten');
    });

    test('a boot that has a lease is not declared dead', async () => {
      await directory.refreshLease(lease('node-1', bootA, 1), 60_000);
      await directory.refreshLease(lease('node-1', bootB, 2), 50);
      expect(await directory.fence('node-1', bootA)).toBe(false);
      expect(await directory.refreshLease(lease('node-1', bootA, 3), 60_000)).toBe('kept');
      await expect.poll(() => directory.fence('node-1', bootB), { timeout: 30_000 }).toBe(true);
    });

    test('each life of a node has a lease of its own, which it alone renews and takes back', async () => {
      await directory.refreshLease(lease('node-1', bootA, 1), 60_000);
      await directory.refreshLease(lease('node-2', bootA, 2), 60_000);
      await directory.refreshLease(lease('node-1', bootB, 3), 60_000);
      await directory.refreshLease(lease('node-1', bootA, 4), 60_000);
      const bySessions = async () =>
        (await directory.leases()).toSorted((one, other) => one.sessions - other.sessions);
      const [two, successor, draining] = [
        lease('node-2', bootA, 2),
        lease('node-1', bootB, 3),
        lease('node-1', bootA, 4),
      ];
      expect(await bySessions()).toEqual([two, successor, draining]);
      await directory.dropLease('node-3', bootA);
      await directory.dropLease('node-1', bootA);
      expect(await bySessions()).toEqual([two, successor]);
      expect(await directory.isLeased('node-1', bootA)).toBe(false);
      expect(await directory.isLeased('node-1', bootB)).toBe(true);
      expect(await directory.isLeased('node-2', bootA)).toBe(true);
    });

    test('a lease that is not refreshed runs out', async () => {
      await directory.refreshLease(lease('node-1', bootA, 1), 50);
      await directory.refreshLease(lease('node-2', bootA, 2), 60_000);
      await expect.poll(() => directory.leases(), { timeout: 30_000 }).toEqual([lease('node-2', bootA, 2)]);
      expect(await directory.isLeased('node-1', bootA)).toBe(false);
    });
  });
}

function lease(nodeId: string, boot: string, sessions: number): NodeLease {
  const load = { sessions, memoryBytes: 1e9, eventLoopDelayMs: 1.5, loadFactor: 0.5 };
  return { nodeId, boot, ...load, updatedAtMs: nowMs, apiUrl: 'http://127.0.0.1:7401' };
}

function byNode<Item extends { nodeId: string }>(items: readonly Item[]): Item[] {
  return items.toSorted((a, b) => a.nodeId.localeCompare(b.nodeId));
}
