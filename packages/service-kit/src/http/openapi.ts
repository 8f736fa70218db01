import swagger from '@fastify/swagger';
import type { HttpServer } from './server.ts';

export interface ApiInfo {
  readonly title: string;
  readonly description: string;
  readonly version: string;
}

/** Serves /openapi.json, made from the schemas of the routes. */
export async function serveOpenApi(app: HttpServer, info: ApiInfo): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { ...info },
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
    },
  });
  let document: object | null = null;
  app.get('/openapi.json', { logLevel: 'warn', schema: { hide: true } }, async () => {
    document ??= withProblemTypes(app.swagger());
    return document;
  });
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
