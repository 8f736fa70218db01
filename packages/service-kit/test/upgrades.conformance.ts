import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { pino } from 'pino';
import {
  createHttpServer,
  createMetrics,
  requireClusterSecret,
  serveUpgrades,
  upgradesFor,
} from '../src/index.ts';

/**
 * How connections are upgraded, as plain functions: the tests run them, and so does a script under each Node version, for some do not ask who may
 * upgrade before HTTP lets go of a connection. To ask always yes is what they do.
 */
export const upgradeCases: { readonly [name: string]: () => Promise<void> } = {
  'a node is handed over, with what has come behind its request': () => isHandedOver(false),
  'whoever shows no right secret is refused': () => isRefused(without('authorization'), 401, false),
  'whoever asks for another protocol is refused': () =>
    isRefused({ ...good, upgrade: 'websocket' }, 426, false),
  'where Node does not ask, a node is handed over': () => isHandedOver(true),
  'where Node does not ask, whoever shows no secret is refused': () =>
    isRefused(without('authorization'), 401, true),
  'where Node does not ask, whoever shows a wrong secret is refused': () =>
    isRefused({ ...good, authorization: `Bearer ${'w'.repeat(43)}` }, 401, true),
  'where Node does not ask, whoever asks for another protocol is refused': () =>
    isRefused({ ...good, upgrade: 'websocket' }, 426, true),
  'where Node does not ask, whoever asks elsewhere is refused': () =>
    isRefused(good, 426, true, '/elsewhere'),
};

const secret = 's'.repeat(43);
const upgrade = { path: '/calls', protocol: 'calls-v1', clusterSecret: secret };
const good = { authorization: `Bearer ${secret}`, connection: 'upgrade', upgrade: upgrade.protocol };
type Headers = Partial<typeof good>;

function without(name: keyof typeof good): Headers {
  const { [name]: _, ...others } = good;
  return others;
}

async function isHandedOver(asksNobody: boolean): Promise<void> {
  await onServer(asksNobody, async (ask, accepted) => {
    const socket = ask(upgrade.path, good, 'behind');
    const [head] = (await once(socket, 'data')) as [Buffer];
    assert.match(head.toString(), /^HTTP\/1\.1 101 /);
    while (accepted.join('') !== 'behind') await new Promise((resolve) => setImmediate(resolve));
  });
}

async function isRefused(
  headers: Headers,
  status: number,
  asksNobody: boolean,
  path = upgrade.path,
): Promise<void> {
  await onServer(asksNobody, async (ask, accepted) => {
    const socket = ask(path, { ...headers, connection: 'upgrade, close' }, '');
    const answer = await text(socket);
    assert.ok(answer.startsWith(`HTTP/1.1 ${status} `), answer);
    assert.match(answer, /content-type: application\/problem\+json/);
    assert.deepEqual(accepted, []);
  });
}

type Ask = (path: string, headers: Headers, behind: string) => Socket;

/** `accepted` has what was handed over, as text. */
async function onServer(
  asksNobody: boolean,
  act: (ask: Ask, accepted: readonly string[]) => Promise<void>,
): Promise<void> {
  const server = await createHttpServer({
    logger: pino({ level: 'silent' }),
    metrics: createMetrics('test'),
    readiness: {},
    openapi: { title: 'test', description: '', version: '0' },
    metricsAuthorized: requireClusterSecret(secret),
    upgrades: asksNobody ? () => true : upgradesFor(upgrade),
  });
  const accepted: string[] = [];
  const sockets: Socket[] = [];
  serveUpgrades(server, upgrade, {
    accept(socket, head) {
      sockets.push(socket);
      accepted.push(head.toString());
      socket.on('data', (bytes: Buffer) => accepted.push(bytes.toString()));
    },
    async drain() {},
  });
  await server.listen({ host: '127.0.0.1', port: 0 });
  const { port } = server.server.address() as AddressInfo;
  const ask: Ask = (path, headers, behind) => {
    const socket = connect(port, '127.0.0.1');
    sockets.push(socket);
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`GET ${path} HTTP/1.1\r\nhost: node\r\n${lines.join('')}\r\n${behind}`);
    return socket;
  };
  try {
    await act(ask, accepted);
  } finally {
    for (const socket of sockets) socket.destroy();
    await server.close();
  }
}
