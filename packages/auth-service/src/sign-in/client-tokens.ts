import type { Directory, NodeKicks, Route } from '@longwire/cluster';
import {
  Problem,
  TokenRefused,
  type ProblemCode,
  type Metrics,
  type TokenVerifier,
  type VerifiedToken,
} from '@longwire/service-kit';

export interface ClientTokensParts {
  readonly verifier: TokenVerifier;
  readonly directory: Pick<Directory, 'isRevoked' | 'revoke'>;
  readonly kicks: Pick<NodeKicks, 'kick'>;
  readonly metrics: Metrics;
}

/** The tokens that clients bring back: are they valid still, and the end of them. */
export class ClientTokens {
  readonly #verifier: TokenVerifier;
  readonly #directory: Pick<Directory, 'isRevoked' | 'revoke'>;
  readonly #kicks: Pick<NodeKicks, 'kick'>;
  readonly #closed: ReturnType<typeof closedCounter>;

  constructor({ verifier, directory, kicks, metrics }: ClientTokensParts) {
    this.#verifier = verifier;
    this.#directory = directory;
    this.#kicks = kicks;
    this.#closed = closedCounter(metrics);
  }

  /** Whose token it is. Throws a 401 problem when it is refused or has been revoked. */
  async verify(token: string): Promise<VerifiedToken> {
    const verified = await this.#verifier.verify(token).catch((error: unknown) => {
      throw error instanceof TokenRefused ? invalidToken('token-refused', error.message) : error;
    });
    if (await this.#directory.isRevoked(verified.clientId, verified.issuedAtMs)) {
      throw invalidToken('token-revoked', 'The token has been revoked; sign in again');
    }
    return verified;
  }

  /**
   * Refuses from now on every token of the client that has been issued until now. A connection that lives by one is closed soon
   * after: no answer waits for it.
   */
  async revokeAll(clientId: string): Promise<void> {
    await this.#directory.revoke(clientId, Date.now());
    // A refresh that was checked before this was written may be dated after its time: such a token is older than now.
    const route = await this.#directory.revoke(clientId, Date.now());
    if (route !== null) void this.#close(clientId, route);
  }

  async #close(clientId: string, route: Route): Promise<void> {
    this.#closed.inc({ result: await this.#kicks.kick(clientId, route, 'tokenRevoked') });
  }
}

function closedCounter(metrics: Metrics) {
  return metrics.counter(
    'longwire_auth_revoked_connections_total',
    'Connections of clients whose tokens were revoked: closed, not there any more, or unreached and left to the audit of their node',
    ['result'],
  );
}

function invalidToken(code: ProblemCode, detail: string): Problem {
  const headers = { 'www-authenticate': 'Bearer realm="longwire", error="invalid_token"' };
  return new Problem(code, detail, { headers });
}
