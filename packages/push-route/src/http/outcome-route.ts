import { CallServer, NODE_API_PREFIX, nodeApi, type NodeDeliveries } from '@longwire/cluster';
import {
  decodeProtobuf,
  measureCalls,
  serveUpgrades,
  statusOfError,
  type HttpServer,
  type Metrics,
  type NodeUpgrade,
} from '@longwire/service-kit';

const BODY_LIMIT_BYTES = 1024 * 1024;

export interface OutcomeRouteParts {
  readonly deliveries: NodeDeliveries;
  readonly upgrade: NodeUpgrade;
  readonly metrics: Metrics;
}

/** The node API: push-servers report what became of deliveries that were pending. */
export function serveOutcomes(server: HttpServer, { deliveries, upgrade, metrics }: OutcomeRouteParts): void {
  const calls = new CallServer({
    calls: {
      outcomes: (body) => {
        deliveries.takeReport(decodeProtobuf(nodeApi.outcomes.request, body));
        return null;
      },
    },
    maxBodyBytes: BODY_LIMIT_BYTES,
    statusOf: (error) => statusOfError(server, error),
    onAnswered: measureCalls(metrics, (name) => `${NODE_API_PREFIX}/${name}`),
  });
  serveUpgrades(server, upgrade, calls);
}
