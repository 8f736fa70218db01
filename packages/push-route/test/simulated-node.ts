import { randomBytes } from 'node:crypto';
import {
  callsUpgrade,
  CallServer,
  DeliveryOutcome,
  nodeApi,
  NODE_API_PREFIX,
  NodeClient,
  type Delivery,
  type Directory,
  type Membership,
  type Outcomes,
  type Registration,
} from '@longwire/cluster';
import {
  acceptProtobuf,
  createHttpServer,
  createLogger,
  createMetrics,
  decodeProtobuf,
  requireClusterSecret,
  serveUpgrades,
  statusOfError,
  upgradesFor,
  type HttpServer,
} from '@longwire/service-kit';

export const clusterSecret = 'a-secret-of-the-tests-long-enough-for-it';

/** What a client does with a message. `late` acknowledges after the node has answered; `silent` never does. */
export type Behaviour = 'prompt' | 'late' | 'silent' | 'full';

/**
 * The node API over clients that are only names: for more of them than a test can hold connections. It speaks the real
 * calls over real HTTP; what it leaves out are sockets and the protocol of clients.
 */
export class SimulatedNode {
  readonly nodeId: string;
  readonly boot = randomBytes(8).toString('hex');
  readonly clients = new Map<string, Behaviour>();
  /** How often each client was handed a message, by message id and client. */
  readonly received = new Map<string, number>();
  /** Called once, when the next delivery has arrived; what it does at once happens before the answer. */
  onNextDelivery: (() => Promise<void>) | null = null;
  readonly #directory: Directory;
  readonly #membership: Membership;
  readonly #client: NodeClient;
  #server: HttpServer | null = null;
  #registration: Registration | null = null;
  #apiUrl = '';
  #conn = 0;

  private constructor(nodeId: string, directory: Directory, membership: Membership) {
    this.nodeId = nodeId;
    this.#directory = directory;
    this.#membership = membership;
    this.#client = new NodeClient(membership, clusterSecret);
  }

  static async start(
    nodeId: string,
    parts: { directory: Directory; membership: Membership },
  ): Promise<SimulatedNode> {
    const node = new SimulatedNode(nodeId, parts.directory, parts.membership);
    await node.#start();
    return node;
  }

  /** Signs clients in. */
  async add(clientIds: readonly string[], behaviour: Behaviour = 'prompt'): Promise<void> {
    for (let start = 0; start < clientIds.length; start += 1000)
      await Promise.all(clientIds.slice(start, start + 1000).map((clientId) => this.claim(clientId)));
    for (const clientId of clientIds) this.clients.set(clientId, behaviour);
    const lease = { nodeId: this.nodeId, boot: this.boot, sessions: this.clients.size };
    const load = { memoryBytes: 1, eventLoopDelayMs: 0, loadFactor: 1, updatedAtMs: Date.now() };
    await this.#directory.refreshLease({ ...lease, ...load, apiUrl: this.#apiUrl }, 60_000);
  }

  /** A route to here, whether or not the client is here. */
  async claim(clientId: string): Promise<void> {
    const { nodeId, boot } = this;
    const route = { nodeId, boot, conn: ++this.#conn, transport: 'tcp', sinceMs: Date.now() } as const;
    await this.#directory.claim(clientId, route, Date.now());
  }

  /** Stops answering but stays in the list of members, as a process that was killed a moment ago. */
  async die(): Promise<void> {
    await this.#server?.close();
  }

  /** Leaves the list of members and goes on, as a node that drains. */
  async withdraw(): Promise<void> {
    await this.#registration?.remove();
  }

  async stop(): Promise<void> {
    await this.#registration?.remove();
    await this.#client.close();
    await this.#server?.close();
  }

  async #start(): Promise<void> {
    const upgrade = { ...callsUpgrade, clusterSecret };
    const server = await createHttpServer({
      upgrades: upgradesFor(upgrade),
      logger: createLogger({ service: 'simulated-node', level: 'silent' }),
      metrics: createMetrics('simulated-node'),
      readiness: {},
      openapi: { title: 'simulated node', description: '', version: '0' },
      metricsAuthorized: requireClusterSecret(clusterSecret),
    });
    this.#server = server;
    acceptProtobuf(server);
    const options = { onRequest: requireClusterSecret(clusterSecret), bodyLimit: 8 * 1024 * 1024 };
    const calls = new CallServer({
      calls: {
        deliver: (body) => {
          const call = decodeProtobuf(nodeApi.deliver.request, body);
          const onDelivery = this.onNextDelivery;
          this.onNextDelivery = null;
          void onDelivery?.();
          const outcomes = outcomesOf(call.deliveries.flatMap((delivery) => this.#deliver(delivery, call)));
          return nodeApi.deliver.response.encode({ outcomes }).finish();
        },
      },
      maxBodyBytes: 8 * 1024 * 1024,
      statusOf: (error) => statusOfError(server, error),
      onAnswered: () => undefined,
    });
    serveUpgrades(server, upgrade, calls);
    server.post(`${NODE_API_PREFIX}/broadcast`, options, async (request, reply) => {
      const { message } = decodeProtobuf(nodeApi.broadcast.request, request.body);
      const counts = Array.from({ length: 10 }, () => 0);
      for (const [clientId, behaviour] of this.clients)
        counts[behaviour === 'late' ? 1 : this.#hand(message?.messageId ?? '', clientId, true)]! += 1;
      return reply
        .type('application/x-protobuf')
        .send(nodeApi.broadcast.response.encode({ counts }).finish());
    });
    const api = await server.listen({ host: '127.0.0.1', port: 0 });
    this.#apiUrl = api;
    const member = { nodeId: this.nodeId, boot: this.boot, addresses: { api }, weight: 1, version: '0' };
    this.#registration = await this.#membership.register(
      'push-server',
      { ...member, state: 'active' },
      () => undefined,
    );
  }

  /** Answers what is known at once. */
  #deliver(delivery: Delivery, origin: { originNodeId: string; originRun: string }): Known[] {
    const id = delivery.id ?? 0;
    const clientIds = delivery.clientIds ?? [];
    const acknowledge = delivery.acknowledge ?? false;
    const handed = clientIds.map((clientId, position) => {
      const outcome = this.#hand(delivery.message?.messageId ?? '', clientId, acknowledge);
      return { id, position, outcome };
    });
    const isPending = ({ outcome }: Known) => outcome === DeliveryOutcome.pending;
    const report = (behaviour: Behaviour, outcome: DeliveryOutcome, afterMs: number) => {
      const pending = handed.filter(
        (each) => isPending(each) && this.clients.get(clientIds[each.position]!) === behaviour,
      );
      const late = pending.map((each) => ({ ...each, outcome }));
      if (late.length > 0) setTimeout(() => void this.#report(origin, late), afterMs);
    };
    report('late', DeliveryOutcome.delivered, 0);
    report('silent', DeliveryOutcome.timeout, delivery.deadlineMs ?? 0);
    return handed.filter((each) => !isPending(each));
  }

  async #report(
    { originNodeId, originRun }: { originNodeId: string; originRun: string },
    late: readonly Known[],
  ): Promise<void> {
    const router = this.#membership.members('push-route').find(({ nodeId }) => nodeId === originNodeId);
    if (router === undefined) return;
    const request = { nodeId: this.nodeId, originRun, outcomes: outcomesOf(late) };
    await this.#client.outcomes(router.addresses.api, request, 5000).catch(() => undefined);
  }

  #hand(messageId: string, clientId: string, acknowledge: boolean): DeliveryOutcome {
    const behaviour = this.clients.get(clientId);
    if (behaviour === undefined) return DeliveryOutcome.notHere;
    if (behaviour === 'full') return DeliveryOutcome.queueFull;
    const key = `${messageId} ${clientId}`;
    this.received.set(key, (this.received.get(key) ?? 0) + 1);
    return behaviour === 'prompt' || !acknowledge ? DeliveryOutcome.delivered : DeliveryOutcome.pending;
  }
}

interface Known {
  readonly id: number;
  readonly position: number;
  readonly outcome: DeliveryOutcome;
}

function outcomesOf(known: readonly Known[]): Outcomes {
  return {
    ids: known.map(({ id }) => id),
    positions: known.map(({ position }) => position),
    outcomes: Uint8Array.from(known, ({ outcome }) => outcome),
  };
}
