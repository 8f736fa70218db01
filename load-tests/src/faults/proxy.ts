import { once } from 'node:events';
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { NO_FAULT, ProxyLane, type Fault, type LaneDirection } from './proxy-lane.ts';

export interface ProxyCounts {
  /** Connections taken since the beginning, and those that are open now. */
  accepted: number;
  open: number;
  toServerBytes: number;
  toClientBytes: number;
  /** Connections that were cut in mid-frame. */
  cuts: number;
}

export interface FaultProxyOptions {
  /** Left out: any free port, the same one for the proxy's whole life. */
  readonly port?: number;
}

interface Pair {
  readonly client: Socket;
  readonly server: Socket;
  readonly lanes: readonly [ProxyLane, ProxyLane];
}

/**
 * A TCP proxy that breaks what goes through it, as networks and dying servers do. Every fault begins at once on the connections that
 * there are, holds for new ones, and may be added to others; `heal` ends them all. What the proxy has read and may not pass on is bounded: then it stops
 * reading, and the sender feels it.
 */
export class FaultProxy {
  readonly counts: ProxyCounts = { accepted: 0, open: 0, toServerBytes: 0, toClientBytes: 0, cuts: 0 };
  readonly #target: { readonly host: string; readonly port: number };
  readonly #pairs = new Set<Pair>();
  #server: Server | null = null;
  #port: number;
  #fault: Fault = NO_FAULT;

  private constructor(target: string, port: number) {
    const { hostname, port: targetPort } = new URL(`tcp://${target}`);
    this.#target = { host: hostname, port: Number(targetPort) };
    this.#port = port;
  }

  /** Listens on loopback, in front of `target` (`host:port`), which need not listen yet. */
  static async listen(target: string, { port = 0 }: FaultProxyOptions = {}): Promise<FaultProxy> {
    const proxy = new FaultProxy(target, port);
    await proxy.#open();
    return proxy;
  }

  get port(): number {
    return this.#port;
  }

  /** `host:port` of the proxy. */
  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  /** Refuses new connections and ends those that there are, as a server that has died. */
  async down(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    const closed = server === null ? null : new Promise((resolve) => server.close(resolve));
    this.reset();
    await closed;
  }

  /** Takes connections and keeps them open; nothing goes through, nor does the end of a connection. */
  blackhole(direction: LaneDirection | 'both' = 'both'): void {
    this.#change({
      toServerBlocked: this.#fault.toServerBlocked || direction !== 'toClient',
      toClientBlocked: this.#fault.toClientBlocked || direction !== 'toServer',
    });
  }

  /** Everything comes so much later, each way; the order stays. */
  latency({ toServerMs = 0, toClientMs = 0 }: { toServerMs?: number; toClientMs?: number }): void {
    this.#change({ toServerMs, toClientMs });
  }

  /** Each connection passes so much, each way. */
  bandwidth(bytesPerSecond: number): void {
    this.#change({ bytesPerSecond });
  }

  /**
   * Ends each connection once so many more bytes have gone through it in one direction, wherever in a message that is: they arrive,
   * then a RST does. `bytes` is asked once for each connection.
   */
  cut(bytes: () => number, direction: LaneDirection = 'toClient'): void {
    this.#change({ cutDirection: direction, cutBytes: bytes });
    for (const { lanes } of this.#pairs) for (const lane of lanes) lane.armCut();
  }

  /** Ends every connection of this moment with a RST. */
  reset(): void {
    for (const pair of this.#pairs) this.#end(pair);
  }

  /** Ends every fault. Connections that lived through it go on with what was held. */
  async heal(): Promise<void> {
    this.#change(NO_FAULT);
    if (this.#server === null) await this.#open();
  }

  async close(): Promise<void> {
    await this.down();
  }

  async #open(): Promise<void> {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.#accept(client));
    server.listen(this.#port, '127.0.0.1');
    await once(server, 'listening');
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  #change(part: Partial<Fault>): void {
    this.#fault = { ...this.#fault, ...part };
    for (const { lanes } of this.#pairs) for (const lane of lanes) lane.flow();
  }

  #accept(client: Socket): void {
    const server = connect({ ...this.#target, allowHalfOpen: true, noDelay: true });
    const laneOf = (from: Socket, to: Socket, direction: LaneDirection): ProxyLane =>
      new ProxyLane(from, to, direction, {
        fault: () => this.#fault,
        passed: (bytes) => (this.counts[`${direction}Bytes`] += bytes),
        cut: () => {
          this.counts.cuts++;
          this.#end(pair);
        },
      });
    const lanes = [laneOf(client, server, 'toServer'), laneOf(server, client, 'toClient')] as const;
    const pair: Pair = { client, server, lanes };
    this.#pairs.add(pair);
    this.counts.accepted++;
    this.counts.open++;
    for (const socket of [client, server]) {
      // An end without FIN comes as one to the other side as well.
      socket.on('error', () => this.#end(pair));
      socket.on('close', () => {
        if (client.closed && server.closed) this.#end(pair);
      });
    }
  }

  #end(pair: Pair): void {
    if (!this.#pairs.delete(pair)) return;
    this.counts.open--;
    for (const lane of pair.lanes) lane.stop();
    pair.client.resetAndDestroy();
    pair.server.resetAndDestroy();
  }
}
