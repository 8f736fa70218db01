import { NODE_API_PREFIX, nodeApi, type NodeDeliveries } from '@longwire/cluster';
import { acceptProtobuf, decodeProtobuf, requireClusterSecret, type HttpServer } from '@longwire/service-kit';

/** The node API: push-servers report what became of deliveries that were pending. */
export function serveOutcomes(app: HttpServer, deliveries: NodeDeliveries, clusterSecret: string): void {
  acceptProtobuf(app);
  app.post(
    `${NODE_API_PREFIX}/outcomes`,
    { onRequest: requireClusterSecret(clusterSecret), logLevel: 'warn', schema: { hide: true } },
    async (request, reply) => {
      deliveries.takeReport(decodeProtobuf(nodeApi.outcomes.request, request.body));
      return reply.code(204).send();
    },
  );
}
