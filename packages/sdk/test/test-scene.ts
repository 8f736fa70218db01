import { afterEach, beforeEach } from 'vitest';
import { LongwireClient, type LongwireOptions } from '../src/index.ts';
import { TestAuth } from './test-auth.ts';
import { TestNode, type TestPeer } from './test-node.ts';

/** An auth-service that names one node, and clients of both: new for each test, and closed after it. */
export class TestScene {
  auth!: TestAuth;
  node!: TestNode;
  readonly #clients: LongwireClient[] = [];
  readonly #nodes: TestNode[] = [];

  /** Call once in a test file, outside of its tests. */
  static use(): TestScene {
    const scene = new TestScene();
    beforeEach(() => scene.#open());
    afterEach(() => scene.#close());
    return scene;
  }

  async newNode(): Promise<TestNode> {
    const node = await new TestNode().listen();
    this.#nodes.push(node);
    return node;
  }

  /** The address of a node that has gone. */
  async goneAddress(): Promise<string> {
    const node = await new TestNode().listen();
    const { address } = node;
    await node.close();
    return address;
  }

  newClient(options: Partial<LongwireOptions> = {}): LongwireClient {
    const client = new LongwireClient({
      authUrl: this.auth.url,
      clientId: 'alice',
      clientSecret: 'secret',
      backoffBaseMs: 20,
      backoffMaxMs: 200,
      ...options,
    });
    this.#clients.push(client);
    return client;
  }

  async connectedClient(
    options: Partial<LongwireOptions> = {},
  ): Promise<{ client: LongwireClient; peer: TestPeer }> {
    const client = this.newClient(options);
    const [peer] = await Promise.all([this.node.loggedIn(), client.connect()]);
    return { client, peer };
  }

  async #open(): Promise<void> {
    this.auth = await new TestAuth().listen();
    this.node = await this.newNode();
    this.auth.grant([this.node.address]);
  }

  async #close(): Promise<void> {
    await Promise.all(this.#clients.splice(0).map((client) => client.close()));
    await Promise.all(this.#nodes.splice(0).map((node) => node.close()));
    await this.auth.close();
  }
}
