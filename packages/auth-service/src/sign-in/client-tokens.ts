import type { Directory } from '@longwire/cluster';
import {
  Problem,
  TokenRefused,
  type ProblemCode,
  type TokenVerifier,
  type VerifiedToken,
} from '@longwire/service-kit';

/** The tokens that clients bring back: are they valid still, and the end of them. */
export class ClientTokens {
  readonly #verifier: TokenVerifier;
  readonly #directory: Pick<Directory, 'isRevoked' | 'revoke'>;

  constructor(verifier: TokenVerifier, directory: Pick<Directory, 'isRevoked' | 'revoke'>) {
    this.#verifier = verifier;
    this.#directory = directory;
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

  /** Refuses from now on every token of the client that has been issued until now. */
  async revokeAll(clientId: string): Promise<void> {
    await this.#directory.revoke(clientId, Date.now());
  }
}

function invalidToken(code: ProblemCode, detail: string): Problem {
  const headers = { 'www-authenticate': 'Bearer realm="longwire", error="invalid_token"' };
  return new Problem(code, detail, { headers });
}
