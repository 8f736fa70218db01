import {
  NodeUnreachable,
  type Directory,
  type NodeAddresses,
  type NodeClient,
  type Store,
} from '@longwire/cluster';
import { closeCodes } from '@longwire/protocol';
import { Problem, problemResponses, type HttpServer } from '@longwire/service-kit';
import { Type } from 'typebox';
import { commonProblems, security, type Guards } from './guards.ts';
import { time, toRfc3339 } from './times.ts';

const kickDeadlineMs = 3000;

export interface ClientRoutesDeps {
  readonly guards: Guards;
  readonly directory: Directory;
  readonly nodes: NodeAddresses;
  readonly store: Store;
  readonly client: NodeClient;
}

const clientPath = Type.Object({ clientId: Type.String({ pattern: '^[A-Za-z0-9._:@-]{1,128}$' }) });
const textOrNull = Type.Union([Type.String(), Type.Null()]);
const timeOrNull = Type.Union([time, Type.Null()]);

/** One client: where it is, and out with it. */
export function serveClients(app: HttpServer, deps: ClientRoutesDeps): void {
  const { guards, directory, store } = deps;

  app.get(
    '/v1/clients/:clientId',
    {
      onRequest: guards.viewer,
      schema: {
        summary: 'Is a client registered and online, where, since when',
        security,
        params: clientPath,
        response: {
          200: Type.Object({
            clientId: Type.String(),
            registeredAt: timeOrNull,
            online: Type.Boolean(),
            nodeId: textOrNull,
            transport: textOrNull,
            since: Type.Union([time, Type.Null()], { description: 'when this connection signed in' }),
            connection: Type.Union([Type.String(), Type.Null()], {
              description: 'nodeId/boot/number: names one connection for ever',
            }),
          }),
          ...problemResponses(...commonProblems, 'client-not-found'),
        },
      },
    },
    async (request) => {
      const { clientId } = request.params;
      const [row, [route = null]] = await Promise.all([
        store.findClient(clientId),
        directory.lookup([clientId]),
      ]);
      if (row === null && route === null)
        throw new Problem('client-not-found', `${clientId} is neither registered nor online`);
      return {
        clientId,
        registeredAt: row && toRfc3339(row.registeredAtMs),
        online: route !== null,
        nodeId: route && route.nodeId,
        transport: route && route.transport,
        since: route && toRfc3339(route.sinceMs),
        connection: route && `${route.nodeId}/${route.boot}/${route.conn}`,
      };
    },
  );

  app.post(
    '/v1/clients/:clientId/kick',
    {
      onRequest: guards.operator,
      schema: {
        summary: "Close a client's connection",
        description: 'The client is told to stay away; its token stays valid.',
        security,
        params: clientPath,
        response: {
          200: Type.Object({
            closed: Type.Boolean({ description: 'false: the client had no connection' }),
          }),
          ...problemResponses(...commonProblems, 'upstream-failed'),
        },
      },
    },
    async (request) => ({ closed: await kick(deps, request.params.clientId) }),
  );
}

async function kick({ directory, nodes, client }: ClientRoutesDeps, clientId: string): Promise<boolean> {
  const [route] = await directory.lookup([clientId]);
  if (!route) return false;
  const api = (await nodes.ofLife(route)) ?? (await nodes.ofNode(route.nodeId));
  if (api === null) return false;
  // Whichever connection the client has there: it may have come back since the look-up.
  const request = { clientId, closeCode: closeCodes.kicked.code };
  try {
    return await client.kick(api, request, kickDeadlineMs);
  } catch (error) {
    if (!(error instanceof NodeUnreachable)) throw error;
    throw new Problem('upstream-failed', `Push-server ${route.nodeId} did not answer`, { cause: error });
  }
}
