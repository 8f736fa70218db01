import type { Logger } from 'pino';
import type { Directory, Route } from '../directory/directory.ts';
import type { NodeAddresses } from './node-addresses.ts';
import type { NodeMessage } from './node-client.ts';
import type { DeliveryOptions, NodeDeliveries } from './node-deliveries.ts';
import { DeliveryOutcome } from './outcomes.ts';

/** Called once for each position: what became of it, and the node that said so (null when none was asked). */
export type OnRoutedOutcome = (position: number, outcome: DeliveryOutcome, nodeId: string | null) => void;

/** One message and everyone it goes to. */
interface Job {
  readonly message: NodeMessage;
  readonly clientIds: readonly string[];
  readonly options: DeliveryOptions;
  readonly onOutcome: OnRoutedOutcome;
}

/** Positions whose clients are on one node, and the routes that say so. */
interface Group {
  readonly positions: number[];
  readonly routes: Route[];
}

/** The routes proven wrong in the first round, by position; null in that round. */
type Stale = ReadonlyMap<number, Route> | null;

/**
 * Finds clients through the directory and delivers to them through their nodes, those that drain included. A node that says "not here"
 * proves the route stale: it is released (compare-and-delete), and the client is looked up once more.
 */
export class DeliveryRouter {
  readonly #directory: Directory;
  readonly #addresses: NodeAddresses;
  readonly #deliveries: Pick<NodeDeliveries, 'send'>;
  readonly #logger: Logger;

  constructor(
    directory: Directory,
    addresses: NodeAddresses,
    deliveries: Pick<NodeDeliveries, 'send'>,
    logger: Logger,
  ) {
    this.#directory = directory;
    this.#addresses = addresses;
    this.#deliveries = deliveries;
    this.#logger = logger;
  }

  /** Resolves once every delivery is handed to its node's lane; outcomes follow, each by the deadline plus a few seconds. Never rejects. */
  deliver(
    message: NodeMessage,
    clientIds: readonly string[],
    options: DeliveryOptions,
    onOutcome: OnRoutedOutcome,
  ): Promise<void> {
    const job = { message, clientIds, options, onOutcome };
    return clientIds.length === 1 ? this.#toOne(job) : this.#round(job, [...clientIds.keys()], null);
  }

  /** The first round for one client. Without the lists and maps of many: these were most of what a message made the garbage collector do. */
  #toOne(job: Job): Promise<void> {
    const { message, clientIds, options, onOutcome } = job;
    const onRoute = ([route = null]: (Route | null)[]): void | Promise<void> => {
      if (route === null) return onOutcome(0, DeliveryOutcome.offline, null);
      const api = this.#addresses.ofLifeInList(route);
      if (api === null) return this.#sendElsewhere(job, { positions: [0], routes: [route] }, null);
      this.#deliveries.send(api, message, clientIds, options, (position, outcome) => {
        if (outcome === DeliveryOutcome.notHere) void this.#repair(job, new Map([[position, route]]));
        else onOutcome(position, outcome, route.nodeId);
      });
    };
    return this.#directory.lookup(clientIds).then(onRoute, (error: unknown) => this.#failed(job, [0], error));
  }

  /** One look-up and one delivery of some positions. */
  async #round(job: Job, positions: readonly number[], stale: Stale): Promise<void> {
    const { clientIds, onOutcome } = job;
    let routes: (Route | null)[];
    try {
      routes = await this.#directory.lookup(positions.map((position) => clientIds[position]!));
    } catch (error) {
      return this.#failed(job, positions, error);
    }
    const byApi = new Map<string, Group>();
    const notMembers: Group = { positions: [], routes: [] };
    positions.forEach((position, index) => {
      const route = routes[index] ?? null;
      if (route === null || isSameConnection(route, stale?.get(position)))
        return onOutcome(position, DeliveryOutcome.offline, null);
      const api = this.#addresses.ofLifeInList(route);
      put(api === null ? notMembers : groupOf(byApi, api), position, route);
    });
    for (const [api, group] of byApi) this.#send(job, api, group, stale);
    if (notMembers.positions.length > 0) await this.#sendElsewhere(job, notMembers, stale);
  }

  #failed({ message: { traceId }, onOutcome }: Job, positions: readonly number[], error: unknown): void {
    this.#logger.warn({ err: error, clients: positions.length, traceId }, 'look-up failed');
    for (const position of positions) onOutcome(position, DeliveryOutcome.directoryUnavailable, null);
  }

  /** To nodes that have left the list: some still have clients. */
  async #sendElsewhere(job: Job, { positions, routes }: Group, stale: Stale): Promise<void> {
    const byApi = new Map<string, Group>();
    // A later life of the node, whose "not here" repairs the route, where this one is gone.
    const apis = await Promise.all(
      routes.map(
        async (route) => (await this.#addresses.ofLife(route)) ?? this.#addresses.ofNode(route.nodeId),
      ),
    );
    positions.forEach((position, index) => {
      const api = apis[index] ?? null;
      // The node is gone and its routes are not swept yet.
      if (api === null) job.onOutcome(position, DeliveryOutcome.offline, null);
      else put(groupOf(byApi, api), position, routes[index]!);
    });
    for (const [api, group] of byApi) this.#send(job, api, group, stale);
  }

  #send(job: Job, api: string, { positions, routes }: Group, stale: Stale): void {
    const { message, clientIds, options, onOutcome } = job;
    let wrong = new Map<number, Route>();
    const ids = positions.map((position) => clientIds[position]!);
    this.#deliveries.send(api, message, ids, options, (index, outcome) => {
      const position = positions[index]!;
      const route = routes[index]!;
      if (outcome !== DeliveryOutcome.notHere) onOutcome(position, outcome, route.nodeId);
      else if (stale !== null) onOutcome(position, DeliveryOutcome.offline, route.nodeId);
      else if (wrong.set(position, route).size === 1) {
        // The rest of this answer is read before the repair begins, so that it is one repair.
        setImmediate(() => {
          const batch = wrong;
          wrong = new Map();
          void this.#repair(job, batch);
        });
      }
    });
  }

  async #repair(job: Job, wrong: ReadonlyMap<number, Route>): Promise<void> {
    const releases = [...wrong].map(([position, route]) =>
      this.#directory.release(job.clientIds[position]!, route),
    );
    // A release that failed leaves a stale route, which the next delivery or the sweep finds again.
    await Promise.allSettled(releases);
    await this.#round(job, [...wrong.keys()], wrong);
  }
}

function groupOf(groups: Map<string, Group>, api: string): Group {
  let group = groups.get(api);
  if (group === undefined) groups.set(api, (group = { positions: [], routes: [] }));
  return group;
}

function put(group: Group, position: number, route: Route): void {
  group.positions.push(position);
  group.routes.push(route);
}

function isSameConnection(route: Route, other: Route | undefined): boolean {
  return (
    other !== undefined &&
    route.nodeId === other.nodeId &&
    route.boot === other.boot &&
    route.conn === other.conn
  );
}
