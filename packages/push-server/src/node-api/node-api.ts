import {
  CallServer,
  type DeliveryOutcome,
  nodeApi,
  NODE_API_CONTENT_TYPE,
  NODE_API_PREFIX,
  OriginRole,
  type NodeDeliveries,
  type Outcomes,
} from '@longwire/cluster';
import { closeName } from '@longwire/protocol';
import {
  acceptProtobuf,
  decodeProtobuf,
  Problem,
  requireClusterSecret,
  measureCalls,
  serveUpgrades,
  statusOfError,
  type HttpServer,
  type Metrics,
  type NodeUpgrade,
} from '@longwire/service-kit';
import type { NodeIdentity } from '../cluster/node-identity.ts';
import type { LocalDeliveries } from '../delivery/local-deliveries.ts';
import type { OutcomeReports, Reporter } from '../delivery/outcome-reports.ts';
import type { PushServerMetrics } from '../metrics.ts';
import type { Logger } from 'pino';
import type { Rebalance } from '../session/rebalance.ts';
import type { SessionRegistry } from '../session/session-registry.ts';

export interface NodeApiParts {
  /** To the connections on which `deliver` and `outcomes` come. */
  readonly upgrade: NodeUpgrade;
  readonly identity: NodeIdentity;
  readonly rebalance: Rebalance;
  /** Null where this process has other roles. */
  readonly requestStop: (() => void) | null;
  readonly registry: SessionRegistry;
  readonly local: LocalDeliveries;
  readonly remote: NodeDeliveries;
  readonly reports: OutcomeReports;
  readonly metrics: PushServerMetrics;
  /** Where the calls themselves are measured. */
  readonly callMetrics: Metrics;
  /** Called before a call is read. */
  readonly checkAwake: () => void;
  readonly logger: Logger;
}

const BODY_LIMIT_BYTES = 8 * 1024 * 1024;
const MAX_DEADLINE_MS = 60_000;

/** The calls that other nodes make to this one; node-api.proto says what each means. */
export function serveNodeApi(server: HttpServer, parts: NodeApiParts): void {
  acceptProtobuf(server);
  const options = {
    onRequest: requireClusterSecret(parts.upgrade.clusterSecret),
    bodyLimit: BODY_LIMIT_BYTES,
    logLevel: 'warn',
    schema: { hide: true },
  } as const;

  const measure = measureCalls(parts.callMetrics, (name) => `${NODE_API_PREFIX}/${name}`);
  const calls = new CallServer({
    calls: {
      deliver: (body) => {
        const call = decodeProtobuf(nodeApi.deliver.request, body);
        return nodeApi.deliver.response.encode({ outcomes: deliver(parts, call) }).finish();
      },
      outcomes: (body) => {
        parts.remote.takeReport(decodeProtobuf(nodeApi.outcomes.request, body));
        return null;
      },
    },
    maxBodyBytes: BODY_LIMIT_BYTES,
    onBytes: parts.checkAwake,
    statusOf: (error) => statusOfError(server, error),
    onAnswered: measure,
  });
  serveUpgrades(server, parts.upgrade, calls);

  const slow = { ...options, handlerTimeout: MAX_DEADLINE_MS + 5000 };
  server.post(`${NODE_API_PREFIX}/broadcast`, slow, async (request, reply) => {
    const { message, acknowledge, deadlineMs, boot } = decodeProtobuf(
      nodeApi.broadcast.request,
      request.body,
    );
    if (boot !== '' && boot !== parts.identity.boot)
      throw new Problem('node-not-found', 'This is another life of the node');
    const { messageId, traceId } = message ?? {};
    parts.logger.debug({ traceId, messageId, clients: parts.registry.size }, 'delivering to everyone here');
    const counts = await parts.local.broadcast(message ?? {}, {
      acknowledge,
      deadlineMs: Math.min(deadlineMs, MAX_DEADLINE_MS),
    });
    counts.forEach((count, outcome) => parts.metrics.deliveries.add(outcome as DeliveryOutcome, count));
    return reply.type(NODE_API_CONTENT_TYPE).send(nodeApi.broadcast.response.encode({ counts }).finish());
  });

  server.post(`${NODE_API_PREFIX}/kick`, options, async (request, reply) => {
    const closed = kick(parts.registry, decodeProtobuf(nodeApi.kick.request, request.body));
    return reply.type(NODE_API_CONTENT_TYPE).send(nodeApi.kick.response.encode({ closed }).finish());
  });

  server.post(`${NODE_API_PREFIX}/holds`, options, async (request, reply) => {
    const { boot, connections } = decodeProtobuf(nodeApi.holds.request, request.body);
    const holds = connections.map(
      ({ clientId, conn }) => parts.registry.find(clientId ?? '', { boot, conn: conn ?? 0 }) !== null,
    );
    return reply.type(NODE_API_CONTENT_TYPE).send(nodeApi.holds.response.encode({ holds }).finish());
  });

  server.post(`${NODE_API_PREFIX}/drain`, options, async (request, reply) => {
    const { boot } = decodeProtobuf(nodeApi.drain.request, request.body);
    const { identity, requestStop, logger } = parts;
    const accepted = boot === identity.boot && requestStop !== null;
    logger.info({ accepted }, 'asked to drain');
    if (accepted) setImmediate(requestStop);
    return reply.type(NODE_API_CONTENT_TYPE).send(nodeApi.drain.response.encode({ accepted }).finish());
  });

  server.post(`${NODE_API_PREFIX}/rebalance`, options, async (request, reply) => {
    const { clientsPerSecond } = decodeProtobuf(nodeApi.rebalance.request, request.body);
    if (!parts.identity.isMember) throw new Problem('not-ready', 'This node is not a member now');
    if (!(clientsPerSecond > 0)) throw new Problem('malformed-body', 'clients_per_second must be above 0');
    const clients = await parts.rebalance.start(clientsPerSecond);
    return reply.type(NODE_API_CONTENT_TYPE).send(nodeApi.rebalance.response.encode({ clients }).finish());
  });
}

type DeliverCall = ReturnType<typeof nodeApi.deliver.request.decode>;

/** Answers the outcomes that are known during the call; the others are reported later. */
function deliver({ local, reports, metrics, logger }: NodeApiParts, call: DeliverCall): Outcomes {
  const origin: Reporter = {
    role: call.originRole === OriginRole.PUSH_ROUTE ? 'push-route' : 'push-server',
    nodeId: call.originNodeId,
    run: call.originRun,
  };
  const report = reports.to(origin);
  const known = { ids: [] as number[], positions: [] as number[], outcomes: [] as number[] };
  let isAnswered = false;
  for (const delivery of call.deliveries) {
    const id = delivery.id ?? 0;
    const clientIds = delivery.clientIds ?? [];
    const message = delivery.message ?? {};
    const { messageId, traceId } = message;
    logger.debug({ traceId, messageId, origin, clients: clientIds.length }, 'delivering for another node');
    const options = {
      acknowledge: delivery.acknowledge ?? false,
      deadlineMs: Math.min(delivery.deadlineMs ?? 0, MAX_DEADLINE_MS),
    };
    local.deliver(message, clientIds, options, (position, outcome) => {
      metrics.deliveries.add(outcome);
      if (isAnswered) return report({ id, position, outcome });
      known.ids.push(id);
      known.positions.push(position);
      known.outcomes.push(outcome);
    });
  }
  isAnswered = true;
  return { ...known, outcomes: Uint8Array.from(known.outcomes) };
}

function kick(
  registry: SessionRegistry,
  { clientId, boot, conn, closeCode }: ReturnType<typeof nodeApi.kick.request.decode>,
): boolean {
  // A session whose claim is still on its way back may be the one that a newer login has replaced.
  const all = [registry.get(clientId), ...registry.claiming(clientId)];
  const named = (boot === '' ? all : [registry.find(clientId, { boot, conn })]).filter(
    (each) => each !== null,
  );
  for (const { connection } of named) connection.close(closeName(closeCode) ?? 'kicked');
  return named.length > 0;
}
