import { join } from 'node:path';
import { encodeFrame } from '@longwire/protocol';
import { nativeProgram } from '../lib/native.ts';
import { Fleet } from './clients/fleet.ts';
import { LineProcess } from './clients/line-process.ts';
import type { Bench } from './scenario.ts';

/** Bare servers do nothing but write the same bytes to all: a loop in C, and a `net` server of Node. */
export type BareKind = 'c' | 'net';

interface Written {
  readonly connections: number;
  readonly cpuSeconds: number;
}

const ARRIVAL_DEADLINE_MS = 120_000;
const PUSH_ID_CHARACTERS = 36;

/** A bare server with as many clients as the run has, to be compared with the push-servers. */
export class BareServer {
  /** Of the server, in microseconds. */
  readonly cpuPerAccept: number;
  readonly #server: LineProcess;
  readonly #fleet: Fleet;
  readonly #bytes: number;

  private constructor(server: LineProcess, fleet: Fleet, bytes: number, cpuPerAccept: number) {
    this.#server = server;
    this.#fleet = fleet;
    this.#bytes = bytes;
    this.cpuPerAccept = cpuPerAccept;
  }

  /** For messages as long on the wire as a push with so many bytes of payload. */
  static async start(kind: BareKind, payloadBytes: number, bench: Bench): Promise<BareServer> {
    const { folder, fleet, say } = bench;
    const { length: bytes } = encodeFrame('deliver', {
      messageId: '-'.repeat(PUSH_ID_CHARACTERS),
      payload: Buffer.alloc(payloadBytes),
      sentAtMs: Date.now(),
    });
    const program =
      kind === 'c'
        ? [await nativeProgram('bare-server')]
        : [process.execPath, join(import.meta.dirname, 'net-server.ts')];
    const name = `bare-${kind}`;
    const server = new LineProcess(name, program, join(folder, `${name}.log`));
    const clients = await Fleet.start({
      protocol: ['bare', `frameBytes=${bytes}`],
      name,
      clients: fleet.clients,
      processes: fleet.hands.length,
      folder,
      say,
    });
    try {
      const { port } = await server.tell<{ port: number }>('listen', { address: '127.0.0.1:0' });
      await clients.enlist([`127.0.0.1:${port}`], () => '-');
      const before = await server.tell<Written>('stats');
      await clients.connect();
      const after = await server.tell<Written>('stats');
      const cpuPerAccept = ((after.cpuSeconds - before.cpuSeconds) / fleet.clients) * 1e6;
      return new BareServer(server, clients, bytes, cpuPerAccept);
    } catch (error) {
      await Promise.all([clients.stop(), server.stop()]);
      throw error;
    }
  }

  /** Writes to everyone, `batch` messages in one call. Answers the CPU of the server per recipient and message in microseconds. */
  async write(rounds: number, batch = 1): Promise<number> {
    const { clients } = this.#fleet;
    await this.#fleet.tell('reset');
    const { cpuSeconds, connections } = await this.#server.tell<Written>('write', {
      rounds,
      bytes: this.#bytes,
      batch,
    });
    const messages = clients * rounds * batch;
    const { delivered } = await this.#fleet.until(
      (stats) => stats.delivered >= messages,
      ARRIVAL_DEADLINE_MS,
    );
    if (connections !== clients || delivered !== messages)
      throw new Error(`${this.#server.process.name}: ${delivered} of ${messages} messages arrived`);
    return (cpuSeconds / messages) * 1e6;
  }

  async stop(): Promise<void> {
    await Promise.all([this.#fleet.stop(), this.#server.stop()]);
  }
}
