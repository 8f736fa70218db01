import type { Logger } from 'pino';
import type { Directory, Route } from '../directory/directory.ts';
import type { Membership } from '../membership/membership.ts';
import type { NodeMessage } from './node-client.ts';
import type { DeliveryOptions, NodeDeliveries } from './node-deliveries.ts';
import { DeliveryOutcome } from './outcomes.ts';

/** Called once for each position: what became of it, and the node that said so (null when none was asked). */
export type OnRoutedOutcome = (position: number, outcome: DeliveryOutcome, nodeId: string | null) => void;

/**
 * Finds clients through the directory and delivers to them through their nodes. A node that says "not here" proves the
 * route stale: it is released (compare-and-delete), and the client is looked up once more.
 */
export class DeliveryRouter {
  readonly #directory: Directory;
  readonly #membership: Membership;
  readonly #deliveries: NodeDeliveries;
  readonly #logger: Logger;

  constructor(directory: Directory, membership: Membership, deliveries: NodeDeliveries, logger: Logger) {
    this.#directory = directory;
    this.#membership = membership;
    this.#deliveries = deliveries;
    this.#logger = logger;
  }

  /** Resolves once every delivery is handed to its node's lane; outcomes follow, each by the deadline plus a few seconds. Never rejects. */
  async deliver(
    message: NodeMessage,
    clientIds: readonly string[],
    options: DeliveryOptions,
    onOutcome: OnRoutedOutcome,
  ): Promise<void> {
    await this.#round(message, clientIds, [...clientIds.keys()], options, onOutcome, null);
  }

  /** One look-up and one delivery of some positions; `stale` are the routes proven wrong in the first round. */
  async #round(
    message: NodeMessage,
    clientIds: readonly string[],
    positions: readonly number[],
    options: DeliveryOptions,
    onOutcome: OnRoutedOutcome,
    stale: ReadonlyMap<number, Route> | null,
  ): Promise<void> {
    let routes: (Route | null)[];
    try {
      routes = await this.#directory.lookup(positions.map((position) => clientIds[position]!));
    } catch (error) {
      this.#logger.warn(
        { err: error, clients: positions.length, traceId: message.traceId },
        'look-up failed',
      );
      for (const position of positions) onOutcome(position, DeliveryOutcome.directoryUnavailable, null);
      return;
    }
    const byNode = new Map<string, { positions: number[]; routes: Route[] }>();
    positions.forEach((position, index) => {
      const route = routes[index] ?? null;
      if (route === null || sameConnection(route, stale?.get(position))) {
        onOutcome(position, DeliveryOutcome.offline, null);
        return;
      }
      let group = byNode.get(route.nodeId);
      if (group === undefined) byNode.set(route.nodeId, (group = { positions: [], routes: [] }));
      group.positions.push(position);
      group.routes.push(route);
    });
    const members = new Map(this.#membership.members('push-server').map((member) => [member.nodeId, member]));
    for (const [nodeId, group] of byNode) {
      const node = members.get(nodeId);
      if (node === undefined) {
        // The node is gone and its routes are not swept yet.
        for (const position of group.positions) onOutcome(position, DeliveryOutcome.offline, null);
        continue;
      }
      let wrong = new Map<number, Route>();
      const ids = group.positions.map((position) => clientIds[position]!);
      this.#deliveries.send(node, message, ids, options, (index, outcome) => {
        const position = group.positions[index]!;
        if (outcome !== DeliveryOutcome.notHere) onOutcome(position, outcome, nodeId);
        else if (stale !== null) onOutcome(position, DeliveryOutcome.offline, nodeId);
        else if (wrong.set(position, group.routes[index]!).size === 1) {
          // The rest of this answer is read before the repair begins, so that it is one repair.
          setImmediate(() => {
            const batch = wrong;
            wrong = new Map();
            void this.#repair(message, clientIds, options, onOutcome, batch);
          });
        }
      });
    }
  }

  async #repair(
    message: NodeMessage,
    clientIds: readonly string[],
    options: DeliveryOptions,
    onOutcome: OnRoutedOutcome,
    wrong: ReadonlyMap<number, Route>,
  ): Promise<void> {
    const releases = [...wrong].map(([position, route]) =>
      this.#directory.release(clientIds[position]!, route),
    );
    // A release that failed leaves a stale route, which the next delivery or the sweep finds again.
    await Promise.allSettled(releases);
    await this.#round(message, clientIds, [...wrong.keys()], options, onOutcome, wrong);
  }
}

function sameConnection(route: Route, other: Route | undefined): boolean {
  return (
    other !== undefined &&
    route.nodeId === other.nodeId &&
    route.boot === other.boot &&
    route.conn === other.conn
  );
}
