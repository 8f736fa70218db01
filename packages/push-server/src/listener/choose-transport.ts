import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { Logger } from 'pino';
import type { PushServerSettings } from '../config.ts';
import type { Transport, TransportUser } from '../connection/transport.ts';

/** Has a server that listens hand its connections over as TCP handles. Of `handle-transport.ts`. */
export type AcceptHandles = (
  server: Server,
  onAccepted: (transport: Transport) => void,
  onError: (error: Error) => void,
) => void;

const TRIAL_DEADLINE_MS = 5000;
/** More than any system takes of a socket whose other end does not read. */
const MOST_BYTES = 64 * 1024 * 1024;

/** Not before it is known to be wanted: the module throws where it cannot work. */
const loadHandles = async (): Promise<{ acceptHandles: AcceptHandles }> =>
  import('../connection/handle-transport.ts');

/**
 * Answers null where connections are to be Node's sockets: because that is set, or because the TCP handle of this Node is not what
 * it is taken for. @throws when handles are set and this Node has none.
 */
export async function chooseTransport(
  setting: PushServerSettings['transport'],
  logger: Logger,
  load: typeof loadHandles = loadHandles,
): Promise<AcceptHandles | null> {
  if (setting === 'socket') return null;
  try {
    const { acceptHandles } = await load();
    if (setting === 'auto') await tryHandles(acceptHandles);
    return acceptHandles;
  } catch (error) {
    if (setting === 'handle') throw error;
    logger.warn({ err: error }, 'connections are sockets of Node: they take more memory than TCP handles');
    return null;
  }
}

/** Does on loopback what a connection does, and compares. @throws when anything differs. */
export async function tryHandles(acceptHandles: AcceptHandles): Promise<void> {
  const server = createServer();
  const sockets: Socket[] = [];
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error('the trial of the TCP handle took too long')),
      TRIAL_DEADLINE_MS,
    );
  });
  try {
    await Promise.race([trial(server, sockets, acceptHandles), late]);
  } finally {
    clearTimeout(timer);
    for (const socket of sockets) socket.destroy();
    server.close();
  }
}

async function trial(server: Server, sockets: Socket[], acceptHandles: AcceptHandles): Promise<void> {
  server.listen({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  let onAccepted: (transport: Transport) => void = () => undefined;
  acceptHandles(
    server,
    (transport) => onAccepted(transport),
    (error) => sockets[0]?.destroy(error),
  );
  const open = async (): Promise<[Socket, Heard, Transport]> => {
    const heard = new Heard();
    const accepted = new Promise<Transport>((resolve, reject) => {
      onAccepted = (transport) => {
        try {
          transport.start(heard);
          resolve(transport);
        } catch (error) {
          reject(error as Error);
        }
      };
    });
    const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
    socket.on('error', () => undefined);
    sockets.push(socket);
    return [socket, heard, await accepted];
  };

  const [client, heard, transport] = await open();
  expect(transport.remoteAddress === '127.0.0.1' && transport.fileDescriptor > 0, 'who is connected');
  client.write('ping');
  await heard.until(() => heard.text === 'ping', 'reading');
  transport.write([Buffer.from('po'), Buffer.from('ng')]);
  expect(transport.takenBytes === 4 && transport.queuedBytes === 0, 'counting what was written');
  let written = 4;
  const piece = Buffer.alloc(65_536);
  for (; transport.queuedBytes === 0 && written < MOST_BYTES; written += piece.length)
    transport.write([piece]);
  expect(transport.takenBytes + transport.queuedBytes === written, 'counting what waits');
  let begin = '';
  let read = 0;
  client.on('data', (bytes: Buffer) => {
    if (begin.length < 4) begin += bytes.toString('latin1', 0, 4);
    read += bytes.length;
  });
  await heard.until(() => heard.isDrained, 'being told that all is written');
  transport.end();
  await once(client, 'end');
  expect(begin.startsWith('pong') && read === written, 'writing');
  client.end();
  await heard.until(() => heard.hasEnded && heard.isClosed, 'ending');

  const [cut, cutHeard] = await open();
  cut.resetAndDestroy();
  await cutHeard.until(() => cutHeard.isClosed, 'being reset');
}

class Heard implements TransportUser {
  text = '';
  isDrained = false;
  hasEnded = false;
  isClosed = false;
  #onChange = (): void => undefined;

  receive(bytes: Uint8Array): void {
    this.text += Buffer.from(bytes).toString('latin1');
    this.#onChange();
  }
  drained(): void {
    this.isDrained = true;
    this.#onChange();
  }
  end(): void {
    this.hasEnded = true;
    this.#onChange();
  }
  closed(): void {
    this.isClosed = true;
    this.#onChange();
  }

  /** The trial as a whole has a deadline. */
  async until(isSo: () => boolean, what: string): Promise<void> {
    while (!isSo()) {
      expect(!this.isClosed, what);
      await new Promise<void>((resolve) => (this.#onChange = resolve));
    }
  }
}

function expect(isSo: boolean, what: string): void {
  if (!isSo) throw new Error(`this Node's TCP handle is different: ${what}`);
}
