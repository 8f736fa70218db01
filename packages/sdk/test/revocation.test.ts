import { setTimeout as sleep } from 'node:timers/promises';
import { openDirectory, redisSettings, type Directory } from '@longwire/cluster';
import { encodeFrame } from '@longwire/protocol';
import type { PushServer } from '@longwire/push-server';
import { loadConfig } from '@longwire/service-kit';
import { pino } from 'pino';
import { Type } from 'typebox';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestClient } from '../../push-server/test/test-client.ts';
import { realBackend, uniqueName, waitFor } from '../../../test-support/backends.ts';
import { RealCluster } from './real-cluster.ts';

const RACES = 300;
const RACES_AT_ONCE = 20;

const redis = realBackend('redis');
const openRedis = (): Directory => {
  const env = { LONGWIRE_REDIS_URL: redis!, LONGWIRE_REDIS_KEY_PREFIX: uniqueName('revocation-') };
  const { redis: settings } = loadConfig(Type.Object({ redis: redisSettings }), { env });
  return openDirectory({ settings, logger: pino({ level: 'silent' }) });
};

describe.each([
  { name: 'embedded', isThere: true, open: () => undefined },
  { name: 'Redis', isThere: redis !== null, open: openRedis },
])('revocation, directory on $name', ({ isThere, open }) => {
  describe.skipIf(!isThere)('', () => {
    let cluster: RealCluster;
    let nodes: PushServer[];
    const clients: TestClient[] = [];

    beforeAll(async () => {
      cluster = await RealCluster.start(open());
      nodes = [await cluster.addPushServer('node-1'), await cluster.addPushServer('node-2')];
    });
    afterAll(async () => {
      for (const { socket } of clients) socket.destroy();
      await cluster.close();
    });

    async function tokenOf(clientId: string): Promise<string> {
      const { authUrl, clientSecret } = await cluster.register(clientId);
      const response = await fetch(`${authUrl}/v1/tokens`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ clientId, clientSecret }),
      });
      return ((await response.json()) as { token: string }).token;
    }

    async function openOn(node: PushServer): Promise<TestClient> {
      const client = await TestClient.open(node.addresses.tcp);
      clients.push(client);
      return client;
    }

    const connectFrame = (token: string) => encodeFrame('connect', { versionMin: 1, versionMax: 1, token });

    test('closes the live connection within 2 s, whichever node has it', async () => {
      for (const [index, node] of nodes.entries()) {
        const client = await openOn(node);
        client.sendBytes(connectFrame(await tokenOf(`held-${index}`)));
        await client.next('connected');
        const startedAtMs = performance.now();
        await cluster.revokeTokens(`held-${index}`);
        expect((await client.closed()).name).toBe('tokenRevoked');
        expect(performance.now() - startedAtMs).toBeLessThan(2000);
      }
    });

    test('however a login races with it, no session of a revoked token stays', async () => {
      const bystander = await openOn(nodes[0]!);
      bystander.sendBytes(connectFrame(await tokenOf('bystander')));
      await bystander.next('connected');
      let wasLive = 0;
      const race = async (index: number): Promise<void> => {
        const clientId = `racer-${index}`;
        const token = await tokenOf(clientId);
        const client = await openOn(nodes[index % 2]!);
        const connect = (): void => client.sendBytes(connectFrame(token));
        const revoke = (): Promise<void> => cluster.revokeTokens(clientId);
        if (index === 0) {
          connect();
          await client.next('connected');
          await revoke();
          wasLive++;
        } else if (index === 1) {
          await revoke();
          connect();
        } else {
          // A revocation takes some milliseconds longer to get there: it falls before, into and after the claim.
          await Promise.all([sleep(index % 5).then(connect), sleep(index % 3).then(revoke)]);
        }
        const { name } = await client.closed();
        if (client.frames.length > 0) wasLive++;
        expect(name).toBe('tokenRevoked');
      };
      for (let first = 0; first < RACES; first += RACES_AT_ONCE)
        await Promise.all(Array.from({ length: RACES_AT_ONCE }, (_, index) => race(first + index)));
      expect(wasLive).toBeGreaterThan(0);
      expect(wasLive).toBeLessThan(RACES);
      await bystander.pong();
      await waitFor(async () => (await cluster.directory.count()) === 1);
    });
  });
});
