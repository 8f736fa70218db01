/** The floor of a server in Node: a `net` server that only holds sockets and writes the same bytes to all of them. Told like native/bare-server. */
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

const SLICE = 256;
const sockets: Socket[] = [];

const server = createServer({ noDelay: true }, (socket) => {
  socket.on('data', () => undefined);
  socket.on('error', () => undefined);
  sockets.push(socket);
});

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

async function write(bytes: number, batch: number): Promise<object> {
  const frame = Buffer.alloc(bytes * batch, '.');
  for (let index = 0; index < sockets.length; index++) {
    sockets[index]!.write(frame);
    // Like the push-server: other work has its turn during a broadcast.
    if (index % SLICE === SLICE - 1) await new Promise(setImmediate);
  }
  return { connections: sockets.length };
}

async function obey(line: string): Promise<object> {
  const [word, ...pairs] = line.split(' ');
  const values = Object.fromEntries(pairs.map((pair) => pair.split('=') as [string, string]));
  if (word === 'write') return write(Number(values['bytes']), Number(values['batch'] ?? 1));
  if (word === 'stats') return { connections: sockets.length, cpuSeconds: cpuSeconds() };
  if (word !== 'listen') return { error: `no such command: ${word}` };
  await new Promise<void>((listening) =>
    server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }, listening),
  );
  return { port: (server.address() as AddressInfo).port };
}

createInterface({ input: process.stdin })
  .on('line', (line) => void obey(line).then((answer) => console.log(JSON.stringify(answer))))
  .on('close', () => process.exit(0));
