import { fastify, type RouteOptions } from 'fastify';
import type { HttpServer } from './server.ts';

export interface ApiInfo {
  readonly title: string;
  readonly description: string;
  readonly version: string;
}

type Route = Pick<RouteOptions, 'method' | 'url' | 'schema'>;

/** Serves /openapi.json, made from the schemas of the routes that are added from now on. */
export function serveOpenApi(app: HttpServer, info: ApiInfo): void {
  const routes: Route[] = [];
  app.addHook('onRoute', ({ method, url, schema }) => {
    if (method !== 'HEAD' && schema !== undefined) routes.push({ method, url, schema });
  });
  let document: Promise<object> | null = null;
  app.get('/openapi.json', { logLevel: 'warn', schema: { hide: true } }, () => {
    document ??= describe(routes, info);
    return document;
  });
}

/** By a second server with the same routes, which never listens: what makes the document is loaded only where somebody asks for it. */
async function describe(routes: readonly Route[], info: ApiInfo): Promise<object> {
  const { default: swagger } = await import('@fastify/swagger');
  const app = fastify({ exposeHeadRoutes: false });
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { ...info },
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
    },
  });
  app.setValidatorCompiler(() => () => true);
  app.setSerializerCompiler(() => JSON.stringify);
  for (const route of routes) app.route({ ...route, handler: () => undefined });
  await app.ready();
  return withProblemTypes(app.swagger());
}

type Response = { content?: Record<string, unknown> };
type Operation = { responses?: Record<string, Response> };

/** The generator writes every answer as application/json; those from 400 on are problem+json. */
function withProblemTypes<Document extends object>(document: Document): Document {
  const { paths = {} } = document as { paths?: Record<string, Record<string, Operation>> };
  for (const operation of Object.values(paths).flatMap((path) => Object.values(path))) {
    for (const [status, response] of Object.entries(operation.responses ?? {})) {
      const json = response.content?.['application/json'];
      if (Number(status) >= 400 && json !== undefined) {
        response.content = { 'application/problem+json': json };
      }
    }
  }
  return document;
}
