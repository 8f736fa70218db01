import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildServices } from '../../src/lib/build.ts';
import { repository } from '../../src/lib/cluster.ts';
import { OwnCluster } from '../../src/load/target/own-cluster.ts';
import type { Contender } from '../contender.ts';

/** One push-server, and what it needs: a push-route for messages to everyone, and the backends. */
export async function startLongwire(say: (line: string) => void, end: AbortSignal): Promise<Contender> {
  say('building Longwire');
  await buildServices();
  const cluster = await OwnCluster.start(1, ['route'], say, end);
  const [server] = cluster.pushServers;
  if (typeof server?.pid !== 'number') throw new Error('the push-server has no process here');
  const { version } = JSON.parse(
    readFileSync(join(repository, 'packages/push-server/package.json'), 'utf8'),
  ) as {
    version: string;
  };
  return {
    name: 'Longwire',
    version,
    remarks:
      'one push-server; client to client is acknowledged by the recipient, and the sender told so. Every client has shown a signed token and is registered in Redis. What it needs beside: push-route, Redis, ZooKeeper, Kafka, MariaDB',
    protocol: 'longwire',
    address: server.tcp,
    serverPid: server.pid,
    pids: () => cluster.processes().map(({ pid }) => pid),
    mintToken: (clientId) => cluster.mintToken(clientId),
    tellEveryone: async (text) => {
      const body = { audience: { everyone: true }, delivery: 'live', payload: { text } };
      await cluster.call({ role: 'route', method: 'POST', path: '/v1/pushes', body });
    },
    collectGarbage: () => cluster.collectGarbage(),
    stop: () => cluster.stop(),
  };
}
