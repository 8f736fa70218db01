/** The floor of a broadcast: a `net` server that only holds sockets and writes the same bytes to all of them. */
import { createServer, type AddressInfo, type Socket } from 'node:net';

const SLICE = 256;
const sockets: Socket[] = [];

const server = createServer({ noDelay: true }, (socket) => {
  socket.on('data', () => undefined);
  socket.on('error', () => undefined);
  sockets.push(socket);
});

process.on('message', ({ frame, times }: { frame: Uint8Array; times: number }) => {
  void (async () => {
    for (let round = 0; round < times; round++) {
      for (let index = 0; index < sockets.length; index++) {
        sockets[index]!.write(frame);
        // Like the push-server: other work has its turn during a broadcast.
        if (index % SLICE === SLICE - 1) await new Promise(setImmediate);
      }
    }
  })();
});
process.on('disconnect', () => process.exit(0));

server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }, () => {
  process.send!({ port: (server.address() as AddressInfo).port });
});
