import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authConfigSchema, composeAuthService, type AuthService } from '@longwire/auth-service';
import { NodeClient, openStore, type Store, type UpstreamRecord } from '@longwire/cluster';
import { createApiKey, loadConfig } from '@longwire/service-kit';
import { waitFor } from '../../../test-support/helpers.ts';
import { CLUSTER_SECRET, metric } from '../../push-server/test/harness.ts';
import { hasRealBackends, RealCluster, type ServerProcess } from '../../push-server/test/real-cluster.ts';
import { LongwireClient } from '../src/index.ts';

const CLIENTS = 45;
const DRAIN_PER_SECOND = 5;
const operator = createApiKey('test', 'operator');

/** What a client was told and what came to it. */
class Ledger {
  readonly accepted = new Set<string>();
  readonly delivered = new Set<string>();
  readonly received = new Map<string, number>();
  readonly refused: unknown[] = [];
  sends = 0;

  take(id: string): void {
    this.received.set(id, (this.received.get(id) ?? 0) + 1);
  }
}

/** Clients that talk all the time: each sends to the next one and publishes, one after the other. */
class Talkers {
  readonly ledger = new Ledger();
  readonly clients: LongwireClient[];
  /** When each connection came up, in milliseconds since the process started. */
  readonly connectedAtMs: number[] = [];
  #isOver = false;
  #loops: Promise<unknown>[] = [];

  constructor(clients: LongwireClient[]) {
    this.clients = clients;
    for (const client of clients) {
      client.on('connected', () => this.connectedAtMs.push(performance.now()));
      client.on('message', ({ payload }) => this.ledger.take(payload.toString()));
    }
  }

  start(): void {
    this.#loops = this.clients.map((client, index) =>
      this.#talk(client, this.clients[(index + 1) % this.clients.length]!.clientId),
    );
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#loops);
  }

  async #talk(client: LongwireClient, to: string): Promise<void> {
    const { ledger } = this;
    for (let sequence = 0; !this.#isOver; sequence++) {
      const id = `${client.clientId}-${sequence}`;
      ledger.sends++;
      try {
        const [{ status }] = await Promise.all([
          client.send(to, id),
          client.publish('numbers', id, { messageId: id }).then(() => ledger.accepted.add(id)),
        ]);
        if (status === 'delivered') ledger.delivered.add(id);
      } catch (error) {
        ledger.refused.push(error);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** The most that happened within any second. */
function peakPerSecond(timesMs: readonly number[]): number {
  return Math.max(
    0,
    ...timesMs.map((start) => timesMs.filter((time) => time >= start && time < start + 1000).length),
  );
}

describe.skipIf(!hasRealBackends)('a rolling restart of three push-servers under traffic', () => {
  let real: RealCluster;
  let auth: AuthService;
  let store: Store;
  let folder: string;
  let talkers: Talkers;
  const upstream: UpstreamRecord[] = [];

  beforeAll(async () => {
    real = await RealCluster.create({
      LONGWIRE_PUSH_DRAIN_CLIENTS_PER_SECOND: `${DRAIN_PER_SECOND}`,
      LONGWIRE_PUSH_MAX_LOGINS_PER_MINUTE: '1000',
    });
    folder = await mkdtemp(join(tmpdir(), 'longwire-restart-'));
    const logger = pino({ level: 'silent' });
    const env = {
      LONGWIRE_CLUSTER_SECRET: CLUSTER_SECRET,
      LONGWIRE_TOKENS_KEYS_FILE: real.own.keysFile,
      LONGWIRE_API_KEYS: JSON.stringify([operator.entry]),
      LONGWIRE_AUTH_HTTP_PORT: '0',
      LONGWIRE_DATABASE_URL: `sqlite:${join(folder, 'auth.db')}`,
    };
    const config = loadConfig(authConfigSchema, { env });
    store = await openStore({ settings: config.database, logger });
    const { directory } = real.own;
    auth = await composeAuthService({ config, directory, membership: real.watcher, store, logger });
    await auth.start();
  }, 60_000);
  afterAll(async () => {
    await Promise.all(talkers?.clients.map((client) => client.close()) ?? []);
    await auth.stop();
    await store.close();
    await real.stop();
    await rm(folder, { recursive: true });
  }, 60_000);

  async function newClient(clientId: string): Promise<LongwireClient> {
    const response = await fetch(`${auth.url}/v1/clients`, {
      method: 'POST',
      headers: { authorization: `Bearer ${operator.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ clientId }),
    });
    const { clientSecret } = (await response.json()) as { clientSecret: string };
    return new LongwireClient({ authUrl: auth.url, clientId, clientSecret });
  }

  /** As the admin-platform does it for an operator. */
  async function drainByCall(api: string, nodeId: string): Promise<void> {
    const { boot } = real.watcher.members('push-server').find((member) => member.nodeId === nodeId)!;
    const calls = new NodeClient(real.watcher, CLUSTER_SECRET);
    expect(await calls.drain(api, { boot }, 30_000)).toBe(true);
    await calls.close();
  }

  const routes = async () => real.own.directory.count();

  it('loses nothing that was acknowledged, ends each process with 0, and moves its clients at the rate', async () => {
    const nodeIds = ['push-1', 'push-2', 'push-3'];
    const running = new Map<string, ServerProcess>();
    for (const nodeId of nodeIds) running.set(nodeId, await real.start(nodeId));
    await real.own.upstream.consume('ledger', async (batch) => void upstream.push(...batch));
    const ids = Array.from({ length: CLIENTS }, (_, index) => `talker-${index}`);
    talkers = new Talkers(await Promise.all(ids.map(newClient)));
    await Promise.all(talkers.clients.map((client) => client.connect()));
    talkers.start();
    for (const nodeId of nodeIds) {
      const { child, server, log } = running.get(nodeId)!;
      const held = await metric(server, 'longwire_sessions');
      expect(held).toBeGreaterThan(0);
      talkers.connectedAtMs.length = 0;
      if (nodeId === 'push-3') await drainByCall(server.addresses.api, nodeId);
      else child.kill('SIGTERM');
      expect(await waitFor(() => child.exitCode ?? child.signalCode, 60_000)).toBe(0);
      expect(log.join('')).toContain('"msg":"stopped"');
      await waitFor(async () => (await routes()) === CLIENTS);
      // Each moved once, by its redirect: none was closed, none had to ask twice.
      await waitFor(() => talkers.connectedAtMs.length >= held);
      expect(talkers.connectedAtMs.length).toBe(held);
      expect(peakPerSecond(talkers.connectedAtMs)).toBeLessThanOrEqual(2 * DRAIN_PER_SECOND);
      running.set(nodeId, await real.start(nodeId));
    }
    await talkers.stop();

    const { ledger } = talkers;
    expect(ledger.refused).toEqual([]);
    expect([...ledger.received.values()].filter((count) => count > 1)).toEqual([]);
    expect([...ledger.delivered].filter((id) => !ledger.received.has(id))).toEqual([]);
    await waitFor(() => {
      const stored = new Set(upstream.map(({ messageId }) => messageId));
      return [...ledger.accepted].every((id) => stored.has(id));
    });
    expect(ledger.accepted.size).toBe(ledger.sends);
    // A recipient on its way between two nodes is offline for a moment, and its sender is told so.
    expect(ledger.delivered.size / ledger.sends).toBeGreaterThan(0.95);
    expect((await real.own.directory.knownBoots()).length).toBe(3);
  }, 180_000);
});
