import {
  Problem,
  problemResponses,
  requireApiKey,
  type ApiKeySettings,
  type HttpServer,
} from '@longwire/service-kit';
import type { ClientAccounts } from '../clients/client-accounts.ts';
import { registerBody, registered, withBearer } from './schemas.ts';

/** POST /v1/clients: an operator registers a client. */
export function addClientRoutes(
  app: HttpServer,
  accounts: ClientAccounts,
  apiKeys: readonly ApiKeySettings[],
): void {
  app.post(
    '/v1/clients',
    {
      onRequest: requireApiKey(apiKeys, 'operator'),
      schema: {
        summary: 'Register a client',
        description: 'With an API key of the role operator.',
        security: withBearer,
        body: registerBody,
        response: {
          201: registered,
          ...problemResponses(
            'invalid-request',
            'unauthorized',
            'forbidden',
            'client-taken',
            'dependency-unavailable',
          ),
        },
      },
    },
    async (request, reply) => {
      const { clientId } = request.body;
      const account = await accounts.register(clientId);
      if (!account) throw new Problem('client-taken', `The client id ${clientId} is registered already`);
      reply.code(201).header('cache-control', 'no-store');
      return {
        clientId,
        clientSecret: account.clientSecret,
        registeredAt: new Date(account.registeredAtMs).toISOString(),
      };
    },
  );
}
