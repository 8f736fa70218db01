import helmet from '@fastify/helmet';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import {
  fastify,
  LogController,
  type FastifyInstance,
  type FastifyServerFactory,
  type RawReplyDefaultExpression,
  type RawRequestDefaultExpression,
  type RawServerDefault,
} from 'fastify';
import type { IncomingMessage, ServerOptions } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Logger } from 'pino';
import type { Guard } from '../auth/guards.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { ServerTls } from '../tls/server-tls.ts';
import { formatTraceparent, newTraceId, parseTraceparent } from '../trace/trace.ts';
import { answerClientError, answerProblem } from './answer-problem.ts';
import { limitConnections, type HttpConnectionLimits } from './connection-limits.ts';
import { serveHealth, type ReadinessChecks } from './health.ts';
import { rejectUnknownRoutes } from './not-found.ts';
import { observeRequests } from './observe.ts';
import { serveOpenApi, type ApiInfo } from './openapi.ts';
import { buildSerializer } from './serializer.ts';
import { buildValidator } from './validator.ts';

declare module 'fastify' {
  interface FastifySchema {
    /** Leave the route out of /openapi.json. */
    hide?: boolean;
  }
  interface FastifyRequest {
    /** 32 hex digits: from the request's `traceparent`, or new. */
    readonly traceId: string;
  }
}

export type HttpServer = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  Logger,
  TypeBoxTypeProvider
>;

export interface HttpServerOptions {
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** What /readyz asks, by name. Each check rejects when its backend does not answer. */
  readonly readiness: ReadinessChecks;
  readonly openapi: ApiInfo;
  /** Who may read /metrics; see `requireApiKeyOrClusterSecret`. */
  readonly metricsAuthorized: Guard;
  /** HTTPS alone instead of HTTP; null, or left out: HTTP. */
  readonly tls?: ServerTls | null;
  /** Addresses and networks whose X-Forwarded-For is believed: `request.ip` is then the client's. None unless given. */
  readonly trustedProxies?: readonly string[];
  /** As many as there are files for unless given: the settings of `httpSection`. */
  readonly connectionLimits?: HttpConnectionLimits;
  /** File descriptors that HTTP leaves to everything else; 64 unless given. */
  readonly reservedFiles?: number;
  /** Which requests may upgrade their connection, for `serveUpgrades`; none unless given. */
  readonly upgrades?: (request: IncomingMessage) => boolean;
  /** 1 MiB unless given. A route may have its own `bodyLimit`. */
  readonly bodyLimitBytes?: number;
  /** How long a handler may take until the caller is answered 504; 10 s unless given. A route may have its own `handlerTimeout`. */
  readonly handlerTimeoutMs?: number;
}

/** Requests that come too slowly are answered 408. Node.js looks for them at this interval, of itself each 30 s. */
const slowness = { headersTimeout: 10_000, connectionsCheckingInterval: 1000 };
const requestTimeoutMs = 15_000;
const connectionTimeoutMs = 60_000;
/** How long a stop waits for requests in hand, and for connections on which none has come yet: Node.js waits for those as well. */
const closeAfterMs = 10_000;
/** Longer than nginx keeps its idle upstream connections (60 s), so that nginx is the one who closes them. */
const keepAliveTimeoutMs = 75_000;

/**
 * An HTTP server with everything that each Longwire API has: deadlines, trace ids, request log and metrics, problem+json for
 * every error, /livez, /readyz, /metrics and /openapi.json. Routes are added to it before `listen`.
 */
export async function createHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const shouldUpgradeCallback = options.upgrades ?? (() => false);
  const app: HttpServer = fastify({
    loggerInstance: options.logger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'traceId' }),
    genReqId: (request) => parseTraceparent(asText(request.headers['traceparent'])) ?? newTraceId(),
    http: { ...slowness, shouldUpgradeCallback },
    requestTimeout: requestTimeoutMs,
    connectionTimeout: connectionTimeoutMs,
    keepAliveTimeout: keepAliveTimeoutMs,
    handlerTimeout: options.handlerTimeoutMs ?? 10_000,
    bodyLimit: options.bodyLimitBytes ?? 1_048_576,
    trustProxy: options.trustedProxies === undefined ? false : [...options.trustedProxies],
    // A request that arrives while the server closes is still served; its connection is closed after it.
    return503OnClosing: false,
    routerOptions: { maxParamLength: 256 },
    frameworkErrors: (error, request, reply) => void answerProblem(error, request, reply),
    clientErrorHandler: answerClientError,
    schemaController: { compilersFactory: { buildValidator, buildSerializer } },
    ...(options.tls && overTls(options.tls, { ...slowness, shouldUpgradeCallback })),
  }).withTypeProvider<TypeBoxTypeProvider>();

  limitConnections(app.server, options);
  app.setErrorHandler(answerProblem);
  app.removeContentTypeParser('text/plain');
  app.decorateRequest('apiKeyName', null);
  app.decorateRequest('traceId', {
    getter() {
      return this.id;
    },
  });
  app.addHook('onRequest', async (request, reply) => {
    reply.header('traceparent', formatTraceparent(request.traceId));
  });

  let closing: NodeJS.Timeout | undefined;
  app.addHook('preClose', async () => {
    closing = setTimeout(() => app.server.closeAllConnections(), closeAfterMs);
  });
  app.addHook('onClose', async () => clearTimeout(closing));

  rejectUnknownRoutes(app);
  observeRequests(app, options.metrics);
  await app.register(helmet);
  serveOpenApi(app, options.openapi);
  serveHealth(app, options.readiness);
  app.get(
    '/metrics',
    { onRequest: options.metricsAuthorized, schema: { hide: true }, logLevel: 'warn' },
    async (_, reply) => {
      reply.type(options.metrics.registry.contentType);
      return options.metrics.registry.metrics();
    },
  );
  return app;
}

/** Fastify makes a server of its own for each address of a name; new certificates must reach the one that listens. */
function overTls(tls: ServerTls, http: ServerOptions) {
  const serverFactory: FastifyServerFactory = (handler) => {
    const server = createHttpsServer(
      { ...tls.contextOptions, ...tls.options, ...http, keepAliveTimeout: keepAliveTimeoutMs },
      handler,
    );
    server.requestTimeout = requestTimeoutMs;
    server.setTimeout(connectionTimeoutMs);
    tls.serve(server);
    return server;
  };
  // `https` makes Fastify tell the address as an https URL.
  return { serverFactory, https: {} };
}

function asText(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
