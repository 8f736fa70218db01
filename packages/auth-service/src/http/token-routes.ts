import {
  checkRole,
  credentialOf,
  networkOf,
  Problem,
  problemResponses,
  type ApiKeys,
  type Guard,
  type HttpServer,
} from '@longwire/service-kit';
import type { FastifyRequest } from 'fastify';
import { Type, type Static } from 'typebox';
import type { ClientTokens } from '../sign-in/client-tokens.ts';
import type { SignedIn, SignIn } from '../sign-in/sign-in.ts';
import { revokeBody, signedIn, signInBody, withBearer } from './schemas.ts';

export interface TokenRouteParts {
  readonly signIn: SignIn;
  readonly tokens: ClientTokens;
  readonly apiKeys: ApiKeys;
  /** Refuses an address from which too much comes. */
  readonly limitRequests: Guard;
}

/** POST /v1/tokens and what becomes of a token later: /v1/tokens/refresh and /v1/tokens/revoke. */
export function addTokenRoutes(
  app: HttpServer,
  { signIn, tokens, apiKeys, limitRequests }: TokenRouteParts,
): void {
  app.post(
    '/v1/tokens',
    {
      onRequest: limitRequests,
      schema: {
        summary: 'Sign in with the secret',
        body: signInBody,
        response: {
          200: signedIn,
          ...problemResponses('invalid-request', 'invalid-credentials', 'too-many-requests', ...unavailable),
        },
      },
    },
    async (request, reply) => {
      const { clientId, clientSecret } = request.body;
      reply.header('cache-control', 'no-store');
      return toAnswer(await signIn.withSecret(clientId, clientSecret, networkOf(request.ip)));
    },
  );

  app.post(
    '/v1/tokens/refresh',
    {
      onRequest: limitRequests,
      schema: {
        summary: 'Sign in again with a token that is still valid',
        security: withBearer,
        response: {
          200: signedIn,
          ...problemResponses(
            'unauthorized',
            'token-refused',
            'token-revoked',
            'too-many-requests',
            ...unavailable,
          ),
        },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'no-store');
      return toAnswer(await signIn.withToken(credentialOf(request)));
    },
  );

  app.post(
    '/v1/tokens/revoke',
    {
      onRequest: limitRequests,
      schema: {
        summary: 'Revoke every token that a client has',
        description:
          'With a token of the client itself, or with an API key of the role operator and the clientId.',
        security: withBearer,
        body: revokeBody,
        response: {
          204: Type.Null({ description: 'Tokens issued until now are refused from now on' }),
          ...problemResponses(
            'invalid-request',
            'unauthorized',
            'token-refused',
            'token-revoked',
            'forbidden',
            'too-many-requests',
            'dependency-unavailable',
          ),
        },
      },
    },
    async (request, reply) => {
      await tokens.revokeAll(await clientToRevoke(request, request.body?.clientId));
      return reply.code(204).send(null);
    },
  );

  async function clientToRevoke(request: FastifyRequest, named: string | undefined): Promise<string> {
    const credential = credentialOf(request);
    const key = apiKeys.find(credential);
    if (key) {
      checkRole(key, 'operator');
      if (named !== undefined) return named;
      throw new Problem('invalid-request', 'An operator says whose tokens to revoke', {
        errors: [{ path: '/clientId', allowed: 'a client id' }],
      });
    }
    const { clientId } = await tokens.verify(credential);
    if (named === undefined || named === clientId) return clientId;
    throw new Problem('forbidden', 'A client revokes its own tokens alone');
  }
}

const unavailable = ['dependency-unavailable', 'no-push-server'] as const;

function toAnswer({ token, expiresAtMs, pushServers }: SignedIn): Static<typeof signedIn> {
  const [pushServer, ...alternatives] = pushServers;
  return { token, expiresAt: new Date(expiresAtMs).toISOString(), pushServer, alternatives };
}
