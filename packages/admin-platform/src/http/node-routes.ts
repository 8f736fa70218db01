import type { Directory, Membership } from '@longwire/cluster';
import { problemResponses, type HttpServer } from '@longwire/service-kit';
import { Type } from 'typebox';
import { mergeNodes, nodeStatus } from '../nodes/node-list.ts';
import { commonProblems, security, type Guards } from './guards.ts';
import { time, toRfc3339 } from './times.ts';

export interface NodeRoutesDeps {
  readonly guards: Guards;
  readonly directory: Directory;
  readonly membership: Membership;
}

const count = Type.Integer({ minimum: 0 });

/** The push-servers, and how many clients are online. */
export function serveNodes(app: HttpServer, { guards, directory, membership }: NodeRoutesDeps): void {
  app.get(
    '/v1/nodes',
    {
      onRequest: guards.viewer,
      schema: {
        summary: 'Every push-server',
        security,
        response: {
          200: Type.Object({
            nodes: Type.Array(nodeStatus),
            isMembershipConnected: Type.Boolean({
              description:
                'false: the list of members may be old, because the coordination service is out of reach',
            }),
          }),
          ...problemResponses(...commonProblems),
        },
      },
    },
    async () => ({
      nodes: mergeNodes(membership.members('push-server'), await directory.leases(), membership.weights()),
      isMembershipConnected: membership.isConnected(),
    }),
  );

  app.get(
    '/v1/online',
    {
      onRequest: guards.viewer,
      schema: {
        summary: 'How many clients are online, counted in two ways',
        security,
        response: {
          200: Type.Object({
            byNodes: Type.Integer({ minimum: 0, description: 'sessions that the push-servers report' }),
            byDirectory: Type.Integer({ minimum: 0, description: 'routes in the directory' }),
            drift: { ...count, description: 'how far the two are apart; nodes report with some delay' },
            countedAt: time,
          }),
          ...problemResponses(...commonProblems),
        },
      },
    },
    async () => {
      const [leases, byDirectory] = await Promise.all([directory.leases(), directory.count()]);
      const byNodes = leases.reduce((sum, { sessions }) => sum + sessions, 0);
      return {
        byNodes,
        byDirectory,
        drift: Math.abs(byNodes - byDirectory),
        countedAt: toRfc3339(Date.now()),
      };
    },
  );
}
