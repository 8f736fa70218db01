import type { ConfirmResult, Directory } from '@longwire/cluster';
import type { CloseName } from '@longwire/protocol';
import { TokenRefused, type TokenVerifier, type VerifiedToken } from '@longwire/service-kit';
import type { Logger } from 'pino';
import { closeByRefusal } from './login.ts';
import type { RouteReleases } from './route-releases.ts';
import type { Session } from './session.ts';

export interface TokenRefreshParts {
  readonly verifier: TokenVerifier;
  readonly directory: Pick<Directory, 'confirm' | 'ping'>;
  readonly releases: RouteReleases;
  readonly logger: Logger;
}

export type Refreshed =
  { readonly expiresAtMs: number } | { readonly close: CloseName; readonly detail: string };

/** Has live sessions live by newer tokens. */
export class TokenRefresh {
  readonly #parts: TokenRefreshParts;

  constructor(parts: TokenRefreshParts) {
    this.#parts = parts;
  }

  /** Answers when the new token expires, or why the connection must end. Never rejects. */
  async run(session: Session, token: string): Promise<Refreshed> {
    let verified: VerifiedToken;
    try {
      verified = await this.#parts.verifier.verify(token);
    } catch (error) {
      if (error instanceof TokenRefused)
        return { close: closeByRefusal[error.reason] ?? 'tokenInvalid', detail: error.message };
      this.#parts.logger.error({ err: error }, 'could not verify a token');
      return { close: 'internalError', detail: '' };
    }
    if (verified.clientId !== session.clientId)
      return { close: 'tokenInvalid', detail: 'the token is of another client' };
    const standing = await this.#confirm(session, verified.issuedAtMs);
    if (standing === 'revoked') return { close: 'tokenRevoked', detail: '' };
    session.tokenIssuedAtMs = verified.issuedAtMs;
    return { expiresAtMs: verified.expiresAtMs };
  }

  /** Whether a client could have got a newer token: while the directory is away no auth-service gives one. */
  async isPossible(): Promise<boolean> {
    try {
      await this.#parts.directory.ping();
      return true;
    } catch {
      return false;
    }
  }

  /** The session goes on while the directory is away or shows another connection; the route audit asks again. */
  async #confirm(session: Session, tokenIssuedAtMs: number): Promise<ConfirmResult | 'unknown'> {
    const { directory, releases, logger } = this.#parts;
    const { clientId, route } = session;
    try {
      const result = await directory.confirm(clientId, route, tokenIssuedAtMs);
      // The session may have ended, and its route been released, while the question was on its way.
      if (session.state === 'ended') void releases.release(session);
      return result;
    } catch (error) {
      logger.debug({ err: error, clientId }, 'could not ask whether a new token is revoked');
      return 'unknown';
    }
  }
}
