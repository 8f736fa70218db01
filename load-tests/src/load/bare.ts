import { join } from 'node:path';
import { encodeFrame } from '@longwire/protocol';
import { nativeProgram } from '../lib/native.ts';
import { Fleet } from './clients/fleet.ts';
import { LineProcess } from './clients/line-process.ts';
import type { Bench } from './scenario.ts';

/** Bare servers do nothing but write the same bytes to all: a loop in C, and a `net` server of Node. */
export type BareKind = 'c' | 'net';

interface BareStats {
  readonly connections: number;
  /** User and system time since it began. */
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
    // The clients first, for that may fail: what has started by then must be stopped.
    const clients = await Fleet.start({
      protocol: ['bare', `frameBytes=${bytes}`],
      name,
      clients: fleet.clients,
      processes: fleet.hands.length,
      folder,
      say,
    });
    const server = new LineProcess(name, program, join(folder, `${name}.log`));
    try {
      const { port } = await server.tell<{ port: number }>('listen', { address: '127.0.0.1:0' });
      await clients.enlist([`127.0.0.1:${port}`], () => '-');
      const before = await server.tell<BareStats>('stats');
      await clients.connect();
      const after = await server.tell<BareStats>('stats');
      const cpuPerAccept = ((after.cpuSeconds - before.cpuSeconds) / fleet.clients) * 1e6;
      return new BareServer(server, clients, bytes, cpuPerAccept);
    } catch (error) {
      await Promise.all([clients.stop(), server.stop()]);
      throw error;
    }
  }

  /**
   * Writes to everyone, `batch` messages in one call, again once all have what came before: as push-servers are asked to, for clients that are
   * awake already take less. Answers the CPU of the server per recipient and message in microseconds.
   */
  async write(rounds: number, batch = 1): Promise<number> {
    await this.#fleet.tell('reset');
    const before = await this.#server.tell<BareStats>('stats');
    for (let round = 1; round <= rounds; round++) {
      await this.#server.tell('write', { bytes: this.#bytes, batch });
      await this.#arrived(round * batch * this.#fleet.clients);
    }
    const { cpuSeconds } = await this.#server.tell<BareStats>('stats');
    return ((cpuSeconds - before.cpuSeconds) / (rounds * batch * this.#fleet.clients)) * 1e6;
  }

  async #arrived(messages: number): Promise<void> {
    const { delivered } = await this.#fleet.until(
      (stats) => stats.delivered >= messages,
      ARRIVAL_DEADLINE_MS,
    );
    if (delivered !== messages)
      throw new Error(`${this.#server.process.name}: ${delivered} of ${messages} messages arrived`);
  }

  async stop(): Promise<void> {
    await Promise.all([this.#fleet.stop(), this.#server.stop()]);
  }
}
