import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { limitConnections } from '../src/http/connection-limits.ts';
import { createMetrics, type Metrics } from '../src/index.ts';

let server: Server;
let metrics: Metrics;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

async function serve(
  options: { maxConnections?: number; perAddress?: number; trustedProxies?: string[] },
  maxOpenFiles?: number,
): Promise<void> {
  server = createServer((_, response) => response.end('ok'));
  metrics = createMetrics('test');
  const { maxConnections = 1000, perAddress = 1000, trustedProxies = [] } = options;
  const connectionLimits = { maxConnections, maxConnectionsPerAddress: perAddress };
  limitConnections(server, { metrics, connectionLimits, trustedProxies }, maxOpenFiles);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
}

/** Whether a new connection from this address is served. It stays open when it is. */
async function isServed(localAddress: string): Promise<boolean> {
  const { port } = server.address() as AddressInfo;
  const socket = connect({ port, host: '127.0.0.1', localAddress });
  sockets.push(socket);
  socket.on('error', () => undefined);
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  return new Promise((resolve) => {
    socket.once('data', () => resolve(true));
    socket.once('close', () => resolve(false));
  });
}

async function asked(...from: string[]): Promise<boolean[]> {
  const answers: boolean[] = [];
  for (const address of from) answers.push(await isServed(address));
  return answers;
}

async function refused(reason: string): Promise<number> {
  const { values } = await metrics.registry.getSingleMetric('longwire_http_connections_refused_total')!.get();
  return values.find(({ labels }) => labels['reason'] === reason)?.value ?? 0;
}

it('closes what is beyond the number of connections, until one has gone', async () => {
  await serve({ maxConnections: 2 });
  expect(await asked('127.0.0.2', '127.0.0.3', '127.0.0.4')).toEqual([true, true, false]);
  expect(await refused('connections')).toBe(1);
  sockets[0]!.destroy();
  await expect.poll(() => isServed('127.0.0.4'), { timeout: 30_000 }).toBe(true);
});

it('closes what is beyond the number for one address; others are served', async () => {
  await serve({ perAddress: 2 });
  expect(await asked('127.0.0.2', '127.0.0.2', '127.0.0.2', '127.0.0.3')).toEqual([true, true, false, true]);
  expect(await refused('connectionsPerAddress')).toBe(1);
  for (const socket of sockets) socket.destroy();
  await expect.poll(() => isServed('127.0.0.2'), { timeout: 30_000 }).toBe(true);
});

it.each(['127.0.0.2', '127.0.0.0/30', '::ffff:127.0.0.2'])(
  'bounds a proxy that is trusted as %s by the whole alone',
  async (proxy) => {
    await serve({ perAddress: 1, maxConnections: 4, trustedProxies: ['10.0.0.0/8', '::1', proxy] });
    const answers = await asked('127.0.0.2', '127.0.0.2', '127.0.0.2', '127.0.0.9', '127.0.0.9', '127.0.0.2');
    expect(answers).toEqual([true, true, true, true, false, false]);
  },
);

it('closes a connection that gets one of the last files', async () => {
  await serve({}, 2);
  expect(await asked('127.0.0.2')).toEqual([false]);
  expect(await refused('openFiles')).toBe(1);
});

it('lets one address have a quarter of the files at most, where these are few', async () => {
  await serve({}, 264);
  const answers = await asked(...Array<string>(52).fill('127.0.0.2'), '127.0.0.3');
  expect(answers.filter((isIn) => isIn)).toHaveLength(51);
  expect(answers.slice(-3)).toEqual([false, false, true]);
  expect(await refused('openFiles')).toBe(0);
});
