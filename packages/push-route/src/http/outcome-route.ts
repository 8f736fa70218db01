import { NODE_API_PREFIX, nodeApi, type NodeDeliveries } from '@longwire/cluster';
import {
  acceptProtobuf,
  decodeProtobuf,
  serveFrequentCalls,
  type FrequentCall,
  type HttpServer,
  type Metrics,
} from '@longwire/service-kit';

const BODY_LIMIT_BYTES = 1024 * 1024;

export interface OutcomeRouteParts {
  readonly deliveries: NodeDeliveries;
  readonly clusterSecret: string;
  readonly metrics: Metrics;
}

/** The node API: push-servers report what became of deliveries that were pending. */
export function serveOutcomes(
  app: HttpServer,
  { deliveries, clusterSecret, metrics }: OutcomeRouteParts,
): void {
  acceptProtobuf(app);
  const take: FrequentCall = (body) => {
    deliveries.takeReport(decodeProtobuf(nodeApi.outcomes.request, body));
    return null;
  };
  serveFrequentCalls(app, new Map([[`${NODE_API_PREFIX}/outcomes`, take]]), {
    ...{ clusterSecret, metrics },
    bodyLimitBytes: BODY_LIMIT_BYTES,
  });
}
