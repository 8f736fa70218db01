import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Histogram } from 'prom-client';
import { requireClusterSecret, unauthorized } from '../auth/guards.ts';
import { bearerToken, secretCheck } from '../auth/secrets.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { Problem } from '../problem/problem.ts';
import { endWithProblem, problemOf } from './answer-problem.ts';
import { requestSecondsName } from './observe.ts';
import type { HttpServer } from './server.ts';

/** What other nodes of the cluster may make of a connection: `GET path`, `Upgrade: protocol`, with the cluster secret. */
export interface NodeUpgrade {
  readonly path: string;
  readonly protocol: string;
  readonly clusterSecret: string;
}

/** Has the connections once they are upgraded. */
export interface UpgradedConnections {
  /** Also what has come behind the request. */
  accept(socket: Socket, head: Buffer): void;
  /** Ends them in order, before the server closes. */
  drain(): Promise<void>;
}

/**
 * Whether a request is just as it should be; what is not goes the way of other requests, and is told what is wrong. Node.js 23, and 24 before
 * 24.9, do not ask: there `serveUpgrades` asks, and ends the connection of every other request that offers an upgrade.
 */
export function upgradesFor({ path, protocol, clusterSecret }: NodeUpgrade) {
  const isFromNode = hasSecret(clusterSecret);
  return (request: IncomingMessage): boolean =>
    request.method === 'GET' &&
    request.url === path &&
    request.headers.upgrade === protocol &&
    isFromNode(request);
}

function hasSecret(clusterSecret: string) {
  const isSecret = secretCheck(clusterSecret);
  return ({ headers }: IncomingMessage): boolean => isSecret(bearerToken(headers.authorization) ?? '');
}

/** Hands over the connections of a server that was made with `upgradesFor` the same upgrade. */
export function serveUpgrades(
  server: HttpServer,
  upgrade: NodeUpgrade,
  connections: UpgradedConnections,
): void {
  const { path, protocol, clusterSecret } = upgrade;
  const mayUpgrade = upgradesFor(upgrade);
  const isFromNode = hasSecret(clusterSecret);
  const options = { onRequest: requireClusterSecret(clusterSecret), schema: { hide: true } };
  const upgradeRequired = (): Problem =>
    new Problem('upgrade-required', `This is for connections that become ${protocol}`, {
      headers: { upgrade: protocol },
    });
  server.get(path, options, async () => {
    throw upgradeRequired();
  });
  server.server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    // HTTP has let go of it: what may not upgrade cannot go the way of other requests any more.
    if (!mayUpgrade(request)) {
      const why = isFromNode(request) ? upgradeRequired() : unauthorized('This is for nodes of the cluster');
      return endWithProblem(socket, why);
    }
    // HTTP's, which destroys it.
    socket.removeAllListeners('timeout');
    socket.write(`HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: ${protocol}\r\n\r\n`);
    connections.accept(socket, head);
  });
  server.addHook('preClose', () => connections.drain());
}

/** Measures calls that come over an upgraded connection as what they are: requests. */
export function measureCalls(metrics: Metrics, pathOf: (name: string) => string) {
  const seconds = metrics.registry.getSingleMetric(requestSecondsName) as Histogram;
  return (name: string, status: number, took: number): void =>
    seconds.observe({ method: 'POST', route: pathOf(name), status }, took);
}

/** The status that an error is answered with; what the caller has no part in is logged. */
export function statusOfError(server: HttpServer, error: unknown): number {
  const { status, code } = problemOf(error);
  if (status >= 500) server.log.error({ err: error, code }, 'request failed');
  return status;
}
