import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A relay to a real server that can be made to say nothing more, as a server behind a lost link does. */
export interface SilentServer {
  readonly url: string;
  /** From now on bytes are taken and none come back; new connections too hear nothing. */
  fallSilent(): void;
  speak(): void;
  /** Connections that the other side has not closed. */
  openConnections(): number;
  close(): Promise<void>;
}

/** Without a target the server takes connections and never says a word. */
export async function silentServer(targetUrl: string | null): Promise<SilentServer> {
  const target = targetUrl === null ? null : new URL(targetUrl);
  let silent = target === null;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
    if (target === null) socket.resume();
    else relay(socket, connect(Number(target.port), target.hostname), () => silent);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');

  const url = new URL(targetUrl ?? 'mysql://longwire:secret@127.0.0.1/longwire');
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    fallSilent: () => void (silent = true),
    speak: () => void (silent = false),
    openConnections: () => sockets.size,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function relay(client: Socket, server: Socket, isSilent: () => boolean): void {
  client.on('data', (bytes) => isSilent() || server.write(bytes)).on('close', () => server.destroy());
  server.on('data', (bytes) => isSilent() || client.write(bytes)).on('error', () => client.destroy());
  server.on('close', () => isSilent() || client.destroy());
}
