import type { Membership, NodeClient } from '@longwire/cluster';
import type { FastifyBaseLogger } from 'fastify';

/** A node looks at all of its clients before it answers. */
const rebalanceDeadlineMs = 8000;

export interface RebalancedNode {
  readonly nodeId: string;
  /** How many it will send, at most; null: it did not answer. */
  readonly clients: number | null;
}

/** Has each active push-server send the clients who belong elsewhere. Each gets its part of the rate, so that no target gets more than all of it. */
export async function rebalance(
  { membership, client }: { readonly membership: Membership; readonly client: NodeClient },
  clientsPerSecond: number,
  logger: FastifyBaseLogger,
): Promise<RebalancedNode[]> {
  const active = membership.members('push-server').filter(({ state }) => state === 'active');
  const request = { clientsPerSecond: clientsPerSecond / active.length };
  return Promise.all(
    active.map(async ({ nodeId, addresses: { api } }) => {
      try {
        return { nodeId, clients: await client.rebalance(api, request, rebalanceDeadlineMs) };
      } catch (error) {
        logger.warn({ err: error, node: nodeId }, 'a push-server did not take a rebalance');
        return { nodeId, clients: null };
      }
    }),
  );
}
