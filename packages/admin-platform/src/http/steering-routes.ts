import { weightRange, type Directory, type Membership, type NodeClient } from '@longwire/cluster';
import { Problem, problemResponses, type HttpServer } from '@longwire/service-kit';
import { Type } from 'typebox';
import { drain } from '../nodes/drain.ts';
import { rebalance } from '../nodes/rebalance.ts';
import { commonProblems, security, type Guards } from './guards.ts';

export interface SteeringRoutesDeps {
  readonly guards: Guards;
  readonly directory: Directory;
  readonly membership: Membership;
  readonly client: NodeClient;
}

const nodePath = Type.Object({ nodeId: Type.String({ pattern: '^[A-Za-z0-9._-]{1,64}$' }) });
const nodeWeight = Type.Object({
  nodeId: Type.String(),
  operatorWeight: Type.Union([Type.Number(), Type.Null()]),
});
const defaultClientsPerSecond = 200;

/** How an operator moves clients between push-servers: weights, drain, rebalance. Each call leaves a line in the log with the name of its key. */
export function serveSteering(app: HttpServer, deps: SteeringRoutesDeps): void {
  const { guards, membership } = deps;

  app.put(
    '/v1/nodes/:nodeId/weight',
    {
      onRequest: guards.operator,
      schema: {
        summary: "Set a push-server's weight in place of its own",
        description:
          'For new sign-ins from now on; a rebalance moves the clients who are connected. It stands, over restarts too, until it is deleted.',
        security,
        params: nodePath,
        body: Type.Object(
          { weight: Type.Number({ ...weightRange, description: '1: an ordinary node' }) },
          { additionalProperties: false },
        ),
        response: { 200: nodeWeight, ...problemResponses(...commonProblems, 'node-not-found') },
      },
    },
    async (request) => {
      const { nodeId } = request.params;
      const { weight } = request.body;
      await checkKnown(deps, nodeId);
      await setWeight(membership, nodeId, weight);
      request.log.info({ apiKey: request.apiKeyName, node: nodeId, weight }, 'an operator set a weight');
      return { nodeId, operatorWeight: weight };
    },
  );

  app.delete(
    '/v1/nodes/:nodeId/weight',
    {
      onRequest: guards.operator,
      schema: {
        summary: 'Let a push-server have its own weight again',
        security,
        params: nodePath,
        response: { 200: nodeWeight, ...problemResponses(...commonProblems) },
      },
    },
    async (request) => {
      const { nodeId } = request.params;
      await setWeight(membership, nodeId, null);
      request.log.info({ apiKey: request.apiKeyName, node: nodeId }, 'an operator took a weight back');
      return { nodeId, operatorWeight: null };
    },
  );

  app.post(
    '/v1/nodes/:nodeId/drain',
    {
      onRequest: guards.operator,
      schema: {
        summary: 'Send the clients of a push-server elsewhere and end its process',
        description: 'As SIGTERM does. Answered when the node has begun.',
        security,
        params: nodePath,
        response: {
          202: Type.Object({ nodeId: Type.String(), boot: Type.String() }),
          ...problemResponses(
            ...commonProblems,
            'node-not-found',
            'only-node',
            'drain-refused',
            'upstream-failed',
          ),
        },
      },
    },
    async (request, reply) => {
      const drained = await drain(deps, request.params.nodeId);
      request.log.info({ apiKey: request.apiKeyName, node: drained }, 'an operator drained a node');
      return reply.code(202).send(drained);
    },
  );

  app.post(
    '/v1/rebalances',
    {
      onRequest: guards.operator,
      schema: {
        summary: 'Send clients to the push-servers where they belong now',
        description:
          'After a push-server was added or weights were changed. A rebalance that is asked for while another runs takes its place.',
        security,
        body: Type.Object(
          {
            clientsPerSecond: Type.Integer({
              default: defaultClientsPerSecond,
              minimum: 1,
              maximum: 10_000,
              description: 'of the whole cluster',
            }),
          },
          { additionalProperties: false },
        ),
        response: {
          202: Type.Object({
            clients: Type.Integer({ minimum: 0, description: 'how many will be sent, at most' }),
            clientsPerSecond: Type.Integer({ minimum: 1 }),
            nodes: Type.Array(
              Type.Object({
                nodeId: Type.String(),
                clients: Type.Union([Type.Integer({ minimum: 0 }), Type.Null()], {
                  description: 'null: the node did not answer; its clients stay',
                }),
              }),
            ),
          }),
          ...problemResponses(...commonProblems),
        },
      },
    },
    async (request, reply) => {
      const { clientsPerSecond } = request.body;
      const nodes = await rebalance(deps, clientsPerSecond, request.log);
      const clients = nodes.reduce((sum, node) => sum + (node.clients ?? 0), 0);
      const answer = { clients, clientsPerSecond, nodes };
      request.log.info({ apiKey: request.apiKeyName, ...answer }, 'an operator rebalanced the clients');
      return reply.code(202).send(answer);
    },
  );
}

/** A weight for a name that nobody has is most likely a typo. */
async function checkKnown({ membership, directory }: SteeringRoutesDeps, nodeId: string): Promise<void> {
  if (membership.weights().has(nodeId)) return;
  const isNamed = (node: { readonly nodeId: string }): boolean => node.nodeId === nodeId;
  if (membership.members('push-server').some(isNamed) || (await directory.leases()).some(isNamed)) return;
  throw new Problem('node-not-found', `There is no push-server ${nodeId}`);
}

async function setWeight(membership: Membership, nodeId: string, weight: number | null): Promise<void> {
  try {
    await membership.setWeight(nodeId, weight);
  } catch (cause) {
    throw new Problem('dependency-unavailable', 'The coordination service did not take the weight', {
      cause,
    });
  }
}
