import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import type { Conversation, FramePart, Step } from '../../../protocol/test/conversations/build.ts';
import { Wire, type Names } from '../../../protocol/test/support/wire.ts';
import type { PlainMessage } from '../../../protocol/test/support/vectors.ts';
import { waitFor } from '../../../../test-support/backends.ts';
import { TestAuth } from '../test-auth.ts';

/** A client with an application that does what a case says, and notes what comes. */
export interface ClientUnderTest {
  do(what: 'publish' | 'send' | 'close', message: PlainMessage): void;
  /** `message_id`, `from` and `payload` (hex) of each message, defaults left out. */
  readonly received: readonly PlainMessage[];
  /** How what was sent ended, by message id: ACCEPTED, DELIVERED, OFFLINE, QUEUE_FULL or REJECTED. */
  readonly answered: ReadonlyMap<string, string>;
  /** The application was told that the client stays away. */
  readonly isStopped: boolean;
  end(): Promise<void>;
}

export type StartClient = (authUrl: string) => ClientUnderTest;

const connected: FramePart = {
  type: 'CONNECTED',
  message: {
    version: 1,
    connection: 'push-1/0/1',
    heartbeat_interval_ms: 60_000,
    idle_timeout_ms: 150_000,
    limits: { max_frame_bytes: 65_536, max_in_flight: 16 },
    token_expires_at_ms: 4_000_000_000_000,
  },
};

/** Plays the server of one conversation. Throws what the client did otherwise than the case says, or if it is not well afterwards. */
export async function converseWithClient(conversation: Conversation, start: StartClient): Promise<void> {
  const auth = await new TestAuth().listen();
  const nodes = new Map<string, Node>();
  const names: Names = new Map();
  for (const name of Object.keys(conversation.start)) {
    const node = await Node.listen(names);
    nodes.set(name, node);
    names.set(`$address.${name}`, node.address);
  }
  auth.grant([nodes.get('a')!.address]);
  const client = start(auth.url);
  try {
    const play = new Play(auth, nodes, names, client);
    await play.begin(conversation.start['a'] === 'signed-in');
    for (const step of conversation.steps) await play.take(step);
    await play.checkServed(conversation.steps);
  } finally {
    await client.end();
    for (const node of nodes.values()) node.close();
    await auth.close();
  }
}

const LANES = 8;
/** Where so many fail the reason is one, and waiting for the rest would take an hour. */
const ENOUGH_FAILURES = 5;
const CASE_DEADLINE_MS = 60_000;

/** Runs cases in lanes. Answers what failed, a line for each. */
export async function converseWithAll(cases: readonly Conversation[], start: StartClient): Promise<string[]> {
  const queue = [...cases];
  const failed: string[] = [];
  const lane = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const { name } = next;
      if (failed.length >= ENOUGH_FAILURES) return;
      await withDeadline(converseWithClient(next, start)).catch((error: Error) =>
        failed.push(`${name}: ${error.message}`),
      );
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return failed;
}

function withDeadline(work: Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = (): void => reject(new Error(`not done within ${CASE_DEADLINE_MS} ms`));
    const timer = setTimeout(late, CASE_DEADLINE_MS);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

class Play {
  readonly #auth: TestAuth;
  readonly #nodes: ReadonlyMap<string, Node>;
  readonly #names: Names;
  readonly #client: ClientUnderTest;
  readonly #wires = new Map<string, Wire>();
  #current = 'a';
  #receivedBefore = 0;
  #sentAtMs = 0;
  #signIns = 0;

  constructor(auth: TestAuth, nodes: ReadonlyMap<string, Node>, names: Names, client: ClientUnderTest) {
    this.#auth = auth;
    this.#nodes = nodes;
    this.#names = names;
    this.#client = client;
  }

  async begin(isSignedIn: boolean): Promise<void> {
    const wire = await this.#nodes.get('a')!.next();
    this.#wires.set('a', wire);
    this.#signIns = this.#auth.requests.length;
    if (!isSignedIn) return;
    await wire.expect([{ type: 'CONNECT', message: { token: '$token' } }]);
    await wire.send([connected]);
  }

  async take(step: Step): Promise<void> {
    const name = step.as ?? 'a';
    const wire = this.#wires.get(name)!;
    if ('send' in step) {
      this.#sentAtMs = performance.now();
      await wire.send(step.send, step.chunkBytes);
    } else if ('expect' in step) await wire.expect(step.expect);
    else if ('close' in step) await wire.close(step.close, step.before);
    else if ('end' in step) await wire.end(step.before);
    else if ('quietMs' in step) await wire.quiet(step.quietMs);
    else if ('finish' in step) wire.finish();
    else if ('do' in step) this.#client.do(step.do, step.message ?? {});
    else if ('received' in step) await this.#expectReceived(step.received);
    else if ('answered' in step) await this.#expectAnswer(step.answered);
    else if ('next' in step) await this.#expectNext(name, step);
    else throw new Error(`a client has no such step: ${JSON.stringify(step)}`);
  }

  /** The client takes and acknowledges a message, unless it has left for good. */
  async checkServed(steps: readonly Step[]): Promise<void> {
    if (
      steps.some(
        (step) => ('next' in step && step.next === 'stays-away') || ('do' in step && step.do === 'close'),
      )
    )
      return;
    const wire = this.#wires.get(this.#current)!;
    if ('next' in steps.at(-1)!) await wire.send([connected]);
    const message = { delivery_id: 77, message_id: 'still.there' };
    await wire.send([{ type: 'DELIVER', message }]);
    await wire.expect([{ type: 'ACKNOWLEDGE', message: { delivery_ids: [77] } }]);
    await waitFor(() => this.#client.received.at(-1)?.['message_id'] === 'still.there');
  }

  async #expectReceived(expected: readonly PlainMessage[]): Promise<void> {
    const from = this.#receivedBefore;
    await waitFor(() => this.#client.received.length >= from + expected.length);
    const got = JSON.stringify(this.#client.received.slice(from));
    const wanted = JSON.stringify(
      expected.map(({ message_id, from: sender, payload }) => ({ message_id, from: sender, payload })),
    );
    if (got !== wanted) throw new Error(`received ${got.slice(0, 300)} instead of ${wanted.slice(0, 300)}`);
    this.#receivedBefore = this.#client.received.length;
  }

  async #expectAnswer({ message_id, outcome }: { message_id: string; outcome: string }): Promise<void> {
    const got = await waitFor(() => this.#client.answered.get(message_id));
    if (got !== outcome) throw new Error(`${message_id} ended as ${got} instead of ${outcome}`);
  }

  async #expectNext(
    name: string,
    { next, notBeforeMs = 0 }: Extract<Step, { next: unknown }>,
  ): Promise<void> {
    if (next === 'stays-away') {
      await waitFor(() => this.#client.isStopped);
      if (this.#nodes.get(name)!.hasNext) throw new Error('it connects instead of staying away');
      return;
    }
    const wire = await this.#nodes.get(name)!.next();
    const afterMs = performance.now() - this.#sentAtMs;
    if (afterMs < notBeforeMs)
      throw new Error(`it is back after ${afterMs} ms, and was asked to wait ${notBeforeMs}`);
    const signIns = this.#auth.requests.length;
    if (next === 'signs-in' ? signIns <= this.#signIns : signIns !== this.#signIns)
      throw new Error(`${next} was expected, and it has signed in ${signIns - this.#signIns} times`);
    if (next === 'signs-in') this.#names.set('$token', `token-${signIns}`);
    await wire.expect([{ type: 'CONNECT', message: { token: '$token' } }]);
    this.#signIns = signIns;
    this.#wires.set(name, wire);
    this.#current = name;
  }
}

/** Where clients connect to. */
class Node {
  readonly #server = createServer({ noDelay: true }, (socket) => {
    const wire = new Wire(socket, this.#names, () => null);
    this.#all.push(wire);
    this.#waiting.push(wire);
  });
  readonly #names: Names;
  readonly #all: Wire[] = [];
  readonly #waiting: Wire[] = [];

  private constructor(names: Names) {
    this.#names = names;
  }

  static async listen(names: Names): Promise<Node> {
    const node = new Node(names);
    node.#server.listen(0, '127.0.0.1');
    await once(node.#server, 'listening');
    return node;
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get hasNext(): boolean {
    return this.#waiting.length > 0;
  }

  /** The next connection. */
  next(): Promise<Wire> {
    return waitFor(() => this.#waiting.shift());
  }

  close(): void {
    this.#server.close();
    for (const wire of this.#all) wire.destroy();
  }
}
