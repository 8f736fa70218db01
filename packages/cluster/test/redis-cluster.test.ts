import { pino } from 'pino';
import { Value } from 'typebox/value';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startRedisCluster, type RedisClusterSet } from '../../../deploy/local/redis/redis-cluster.ts';
import type { RedisProcess } from '../../../deploy/local/redis/redis-process.ts';
import { hasProgram } from '../../../test-support/programs.ts';
import { uniqueName, waitFor } from '../../../test-support/helpers.ts';
import { redisSettings } from '../src/config.ts';
import { RedisDirectory } from '../src/directory/index.ts';
import { directoryConformance, route } from './directory.conformance.ts';
import { directoryBehavesAsModel } from './directory.property.ts';

const logger = pino({ level: 'silent' });
const nowMs = Date.now();
const commandTimeoutMs = 1000;
/** Enough to have some in the slots of each master. */
const clientIds = Array.from({ length: 60 }, (_, i) => `client-${i}`);

describe.skipIf(!hasProgram('redis-server'))('RedisDirectory on a Redis Cluster', { timeout: 90_000 }, () => {
  let servers: RedisClusterSet;
  const opened: RedisDirectory[] = [];
  beforeAll(async () => {
    servers = await startRedisCluster();
  }, 90_000);
  afterAll(() => servers.stop());
  afterEach(async () => {
    for (const directory of opened.splice(0)) await directory.close();
  });

  function open(timeoutMs = 10_000): RedisDirectory {
    const settings = { ...Value.Create(redisSettings), ...servers.settings, buckets: 64 };
    return new RedisDirectory({
      settings: { ...settings, keyPrefix: uniqueName('c'), commandTimeoutMs: timeoutMs },
      logger,
    });
  }

  function opens(timeoutMs?: number): RedisDirectory {
    const directory = open(timeoutMs);
    opened.push(directory);
    return directory;
  }

  directoryConformance('conformance', async () => open());

  test('behaves as the model', async () => {
    await directoryBehavesAsModel(async () => open());
  });

  test('spreads its clients over all masters', async () => {
    const directory = opens();
    await claimAll(directory);
    const sizes = await Promise.all(servers.masters.map((master) => master.command('DBSIZE')));
    expect(sizes.every((size) => Number(size) > 0)).toBe(true);
    expect(await directory.count()).toBe(clientIds.length);
  });

  test('finds its clients while their slots move to another master; claims then may be refused, not lost', async () => {
    const directory = opens(commandTimeoutMs);
    await claimAll(directory);
    const routes = clientIds.map((_, i) => route(i + 1));
    const [from, to] = [servers.masters[2]!, servers.masters[1]!];
    const move = await SlotMove.begin(from, to, await slotsInUse(from));
    expect(await directory.lookup(clientIds)).toEqual(routes);
    const during = claimEach(directory);
    expect(await directory.lookup(clientIds)).toEqual(routes);
    await move.moveKeys();
    expect(await directory.lookup(clientIds)).toEqual(routes);
    expect(new Set(await during)).toEqual(new Set(['claimed', 'DirectoryUnavailable']));
    await move.end(servers.masters);
    expect(await claimEach(directory)).toEqual(clientIds.map(() => 'claimed'));
    expect(await directory.lookup(clientIds)).toEqual(routes);
    expect(Number(await from.command('DBSIZE'))).toBe(0);
  });

  test('without a master, what is in its slots is refused by the deadline and the rest goes on; both after it is back', async () => {
    const directory = opens(commandTimeoutMs);
    await claimAll(directory);
    const [, lost] = servers.masters as [RedisProcess, RedisProcess];
    await lost.kill();
    const startedAt = performance.now();
    const outcomes = await claimEach(directory);
    expect(performance.now() - startedAt).toBeLessThan(commandTimeoutMs + 4000);
    expect(outcomes).toContain('claimed');
    expect(outcomes).toContain('DirectoryUnavailable');
    expect(outcomes.filter((outcome) => outcome === 'claimed').length).toBeGreaterThan(clientIds.length / 4);
    await expect(directory.count()).rejects.toMatchObject({ name: 'DirectoryUnavailable' });
    await lost.restart();
    await waitFor(async () => (await claimEach(directory)).every((outcome) => outcome === 'claimed'));
  });

  test('a master that answers nothing costs its own clients their deadline, and others nothing', async () => {
    const directory = opens(commandTimeoutMs);
    await claimAll(directory);
    const silent = servers.masters[1]!;
    silent.pause();
    try {
      const times = await Promise.all(
        clientIds.map(async (id, i) => {
          const startedAt = performance.now();
          const outcome = await outcomeOf(directory.claim(id, route(i + 1), nowMs));
          return { outcome, tookMs: performance.now() - startedAt };
        }),
      );
      const claimed = times.filter(({ outcome }) => outcome === 'claimed');
      expect(claimed.length).toBeGreaterThan(clientIds.length / 4);
      expect(claimed.length).toBeLessThan(clientIds.length);
      for (const { tookMs } of times) expect(tookMs).toBeLessThan(commandTimeoutMs + 4000);
    } finally {
      silent.resume();
    }
    await waitFor(async () => (await claimEach(directory)).every((outcome) => outcome === 'claimed'));
  });

  test('a master that dies while slots move to it ends no process, and is waited for no longer than the deadline', async () => {
    const directory = opens(commandTimeoutMs);
    await claimAll(directory);
    const [, to, from] = servers.masters as [RedisProcess, RedisProcess, RedisProcess];
    const move = await SlotMove.begin(from, to, await slotsInUse(from));
    await move.moveKeys();
    const asked = clientIds.map((id) => directory.lookup([id]).catch((error: Error) => error.name));
    await to.kill();
    const outcomes = [
      ...(await Promise.all(asked)),
      ...(await Promise.all(
        clientIds.map((id) => directory.lookup([id]).catch((error: Error) => error.name)),
      )),
    ];
    expect(outcomes).toContain('DirectoryUnavailable');
    await to.restart();
    await move.end(servers.masters);
    await waitFor(async () => (await claimEach(directory)).every((outcome) => outcome === 'claimed'));
  });

  test('a client that starts while a master is away reaches the others', async () => {
    const [, lost] = servers.masters as [RedisProcess, RedisProcess];
    await lost.kill();
    const directory = opens(commandTimeoutMs);
    await waitFor(async () => (await claimEach(directory)).includes('claimed'));
    await lost.restart();
    await waitFor(async () => (await claimEach(directory)).every((outcome) => outcome === 'claimed'));
  });

  // Last: the roles of the first master and its replica are exchanged after it.
  test('goes on with the replica of a master that died', async () => {
    const directory = opens(commandTimeoutMs);
    await claimAll(directory);
    await waitForReplica(servers);
    await servers.masters[0]!.kill();
    await waitFor(async () => (await claimEach(directory)).every((outcome) => outcome === 'claimed'));
    expect(await directory.lookup(clientIds)).toEqual(clientIds.map((_, i) => route(i + 1)));
  });
});

async function claimAll(directory: RedisDirectory): Promise<void> {
  await Promise.all(clientIds.map((id, i) => directory.claim(id, route(i + 1), nowMs)));
}

function claimEach(directory: RedisDirectory): Promise<string[]> {
  return Promise.all(clientIds.map((id, i) => outcomeOf(directory.claim(id, route(i + 1), nowMs))));
}

function outcomeOf(claim: Promise<{ status: string }>): Promise<string> {
  return claim.then(
    ({ status }) => status,
    (error: Error) => error.name,
  );
}

async function waitForReplica({ masters, replica }: RedisClusterSet): Promise<void> {
  const offset = async (server: RedisProcess) =>
    /master_repl_offset:(\d+)/.exec(String(await server.command('INFO', 'replication')))?.[1];
  await waitFor(async () => (await offset(masters[0]!)) === (await offset(replica)));
}

/** Slots of this master that hold keys. */
async function slotsInUse(master: RedisProcess): Promise<number[]> {
  const keys = (await master.command('KEYS', '*')) as string[];
  const found = await Promise.all(keys.map((key) => master.command('CLUSTER', 'KEYSLOT', key)));
  return [...new Set(found.map(Number))];
}

/** Slots on their way from one master to another, as `redis-cli --cluster reshard` does it. */
class SlotMove {
  readonly #from: RedisProcess;
  readonly #to: RedisProcess;
  readonly #slots: readonly number[];
  readonly #toId: string;

  private constructor(from: RedisProcess, to: RedisProcess, slots: readonly number[], toId: string) {
    this.#from = from;
    this.#to = to;
    this.#slots = slots;
    this.#toId = toId;
  }

  /** From now on a key that is not found at the old master is asked for at the new one. */
  static async begin(from: RedisProcess, to: RedisProcess, slots: readonly number[]): Promise<SlotMove> {
    const fromId = String(await from.command('CLUSTER', 'MYID'));
    const toId = String(await to.command('CLUSTER', 'MYID'));
    for (const slot of slots) {
      await to.command('CLUSTER', 'SETSLOT', slot, 'IMPORTING', fromId);
      await from.command('CLUSTER', 'SETSLOT', slot, 'MIGRATING', toId);
    }
    return new SlotMove(from, to, slots, toId);
  }

  async moveKeys(): Promise<void> {
    for (const slot of this.#slots) {
      const keys = (await this.#from.command('CLUSTER', 'GETKEYSINSLOT', slot, 1000)) as string[];
      if (keys.length > 0)
        await this.#from.command('MIGRATE', '127.0.0.1', this.#to.port, '', 0, 5000, 'KEYS', ...keys);
    }
  }

  async end(masters: readonly RedisProcess[]): Promise<void> {
    const others = masters.filter((master) => master !== this.#from && master !== this.#to);
    for (const master of [this.#to, this.#from, ...others])
      for (const slot of this.#slots) await master.command('CLUSTER', 'SETSLOT', slot, 'NODE', this.#toId);
  }
}
