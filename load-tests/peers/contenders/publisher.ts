import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const ANSWER_DEADLINE_MS = 30_000;
const TOPIC = 'all';

/** A connection to a broker that publishes to everyone. */
export class Publisher {
  readonly #socket: Socket;
  readonly #frame: (text: string) => Buffer;

  private constructor(socket: Socket, frame: (text: string) => Buffer) {
    this.#socket = socket;
    this.#frame = frame;
  }

  /** MQTT 3.1.1, QoS 0, without keep-alive. */
  static async mqtt(port: number): Promise<Publisher> {
    const body = Buffer.from('\0\x04MQTT\x04\x02\0\0\0\x09publisher', 'latin1');
    const socket = await open(port, Buffer.concat([Buffer.from([0x10, body.length]), body]), '\x20\x02\0\0');
    return new Publisher(socket, (text) => {
      const message = Buffer.from(`\0${String.fromCharCode(TOPIC.length)}${TOPIC}${text}`, 'latin1');
      return Buffer.concat([Buffer.from([0x30, ...lengthOf(message)]), message]);
    });
  }

  static async nats(port: number): Promise<Publisher> {
    const socket = await open(port, Buffer.from('CONNECT {"verbose":false}\r\nPING\r\n'), 'PONG\r\n');
    socket.on('data', (chunk) => {
      if (chunk.includes('PING')) socket.write('PONG\r\n');
    });
    return new Publisher(socket, (text) =>
      Buffer.from(`PUB ${TOPIC} ${text.length}\r\n${text}\r\n`, 'latin1'),
    );
  }

  /** The text is ASCII. Resolves once it is written. */
  async publish(text: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#socket.write(this.#frame(text), (error) => (error ? reject(error) : resolve()));
    });
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** Says hello and waits until the broker's answer holds what it should. */
async function open(port: number, hello: Buffer, answer: string): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  const signal = AbortSignal.timeout(ANSWER_DEADLINE_MS);
  try {
    await once(socket, 'connect', { signal });
    socket.write(hello);
    let seen = '';
    while (!seen.includes(answer)) {
      const [chunk] = (await once(socket, 'data', { signal })) as [Buffer];
      seen += chunk.toString('latin1');
    }
  } catch (error) {
    socket.destroy();
    throw error;
  }
  // What ends it later fails the next publish.
  socket.on('error', () => undefined);
  return socket;
}

/** MQTT's remaining length: 7 bits a byte, the lowest first. */
function lengthOf(body: Buffer): number[] {
  const bytes: number[] = [];
  let rest = body.length;
  do {
    bytes.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest >>= 7;
  } while (rest > 0);
  return bytes;
}
