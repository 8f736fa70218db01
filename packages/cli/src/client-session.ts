import { LongwireClient, SignInFailed } from '@longwire/sdk';
import type { CliContext } from './context.ts';
import { ApiRefused } from './http-api.ts';
import { Mistake } from './mistake.ts';
import type { SavedClient } from './state/saved-clients.ts';
import { findTarget, type Target } from './target.ts';

const connectTimeoutMs = 15_000;

/** Registers a client and saves its secret. */
export async function registerClient({ auth, clients }: Target, clientId: string): Promise<SavedClient> {
  try {
    const { clientSecret } = await auth.post<{ clientSecret: string }>('/v1/clients', { clientId });
    const client = { clientId, clientSecret, authUrl: auth.url };
    await clients.save(client);
    return client;
  } catch (error) {
    if (error instanceof ApiRefused && error.code === 'client-taken')
      throw new Mistake(
        (await clients.find(clientId)) === null
          ? `${clientId} is registered already, and its secret was not saved here`
          : `${clientId} is registered already; its secret is in ${clients.fileOf(clientId)}`,
        1,
        error.code,
      );
    throw error;
  }
}

/** The secret of a client: saved here, or of a client that is registered now. */
export async function clientAtHand(
  target: Target,
  clientId: string,
  { terminal }: Pick<CliContext, 'terminal'>,
): Promise<SavedClient> {
  const saved = await target.clients.find(clientId);
  if (saved !== null) return saved;
  if (!target.hasKey) {
    await target.auth.checkReachable();
    throw new Mistake(
      `${clientId} was not registered here, and no operator key is at hand to do it now`,
      1,
      'no-key',
    );
  }
  const client = await registerClient(target, clientId);
  terminal.remark(`registered ${clientId}; its secret is in ${target.clients.fileOf(clientId)}`);
  return client;
}

/** Does something as a connected client, and closes it whatever comes of that. */
export async function asClient<Result>(
  context: CliContext,
  clientId: string,
  work: (client: LongwireClient) => Promise<Result>,
): Promise<Result> {
  const target = await findTarget(context);
  const { clientSecret } = await clientAtHand(target, clientId, context);
  // The SDK would go on trying; a person is told at once that nothing is there.
  await target.auth.checkReachable();
  const client = new LongwireClient({
    authUrl: target.auth.url,
    clientId,
    clientSecret,
    agent: 'longwire-cli',
  });
  try {
    await client.connect({ timeoutMs: connectTimeoutMs });
    return await work(client);
  } catch (error) {
    if (error instanceof SignInFailed && error.code === 'invalid-credentials')
      throw new Mistake(
        `the cluster does not accept the secret in ${target.clients.fileOf(clientId)}; remove the file to register anew`,
        1,
        error.code,
      );
    throw error;
  } finally {
    await client.close();
  }
}
