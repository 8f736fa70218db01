import type { ClaimResult, Directory, Membership, NodeClient, Route } from '@longwire/cluster';
import { closeCodes, type CloseName } from '@longwire/protocol';
import {
  fullJitterMs,
  TokenRefused,
  type TokenRefusal,
  type TokenVerifier,
  type VerifiedToken,
} from '@longwire/service-kit';
import type { Logger } from 'pino';
import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from '../connection/connection.ts';
import type { NodeIdentity } from '../cluster/node-identity.ts';
import type { RouteReleases } from './route-releases.ts';
import { Session } from './session.ts';
import type { SessionRegistry } from './session-registry.ts';

export type LoginResult =
  | { readonly session: Session; readonly expiresAtMs: number }
  | { readonly refused: CloseName; readonly detail: string };

export interface LoginParts {
  readonly identity: NodeIdentity;
  readonly verifier: TokenVerifier;
  readonly directory: Directory;
  readonly membership: Membership;
  readonly nodeClient: NodeClient;
  readonly registry: SessionRegistry;
  readonly releases: RouteReleases;
  readonly logger: Logger;
}

const closeByRefusal: { readonly [Reason in TokenRefusal]?: CloseName } = { expired: 'tokenExpired' };
const BACKEND_RETRY_AFTER_MS = 2000;
const KICK_ATTEMPTS = 4;
const KICK_DEADLINE_MS = 2000;

/** From a token to a live session: verify, claim the route, close the connection that it took the place of. */
export class Login {
  readonly #parts: LoginParts;

  constructor(parts: LoginParts) {
    this.#parts = parts;
  }

  /** Never rejects. A connection that ended meanwhile leaves nothing behind. */
  async run(connection: Connection, token: string): Promise<LoginResult> {
    let verified: VerifiedToken;
    try {
      verified = await this.#parts.verifier.verify(token);
    } catch (error) {
      if (error instanceof TokenRefused)
        return { refused: closeByRefusal[error.reason] ?? 'tokenInvalid', detail: error.message };
      this.#parts.logger.error({ err: error }, 'could not verify a token');
      return { refused: 'internalError', detail: '' };
    }
    if (!connection.isOpen) return ended;
    const { identity, registry } = this.#parts;
    const { nodeId, boot } = identity;
    const route: Route = { nodeId, boot, conn: connection.conn, transport: 'tcp', sinceMs: Date.now() };
    const session = new Session(verified.clientId, connection, route);
    connection.session = session;
    registry.addClaiming(session);
    const result = await this.#claim(session, verified);
    const { held } = session;
    session.held = null;
    // After CONNECTED has been written: a client knows no other first answer.
    if (held !== null) setImmediate(() => held.forEach((deliver) => deliver()));
    return result;
  }

  async #claim(session: Session, { clientId, issuedAtMs, expiresAtMs }: VerifiedToken): Promise<LoginResult> {
    const { directory, identity, logger, registry, releases } = this.#parts;
    let claim: ClaimResult;
    try {
      claim = await directory.claim(clientId, session.route, issuedAtMs);
    } catch (error) {
      logger.warn({ err: error, clientId }, 'could not claim a route');
      registry.remove(session);
      // The claim may have taken effect.
      void releases.release(session);
      return { refused: 'backendUnavailable', detail: '' };
    }
    if (claim.status === 'revoked') {
      registry.remove(session);
      return { refused: 'tokenRevoked', detail: '' };
    }
    if (!session.connection.isOpen || session.route.boot !== identity.boot) {
      registry.remove(session);
      void releases.release(session);
      return session.connection.isOpen ? { refused: 'goElsewhere', detail: '' } : ended;
    }
    registry.promote(session)?.connection.close('replaced');
    if (claim.replaced !== null && claim.replaced.nodeId !== identity.nodeId)
      void this.#closeReplaced(clientId, claim.replaced);
    return { session, expiresAtMs };
  }

  /** Has the node of an older connection close it. A node that has left the list has no connections any more. */
  async #closeReplaced(clientId: string, { nodeId, boot, conn }: Route): Promise<void> {
    const { membership, nodeClient, logger } = this.#parts;
    for (let attempt = 0; attempt < KICK_ATTEMPTS; attempt++) {
      const node = membership.members('push-server').find((member) => member.nodeId === nodeId);
      if (node === undefined || node.boot !== boot) return;
      try {
        const request = { clientId, boot, conn, closeCode: closeCodes.replaced.code };
        await nodeClient.kick(node.addresses.api, request, KICK_DEADLINE_MS);
        return;
      } catch (error) {
        logger.warn({ err: error, clientId, node: nodeId, attempt }, 'could not close a replaced connection');
        await delay(fullJitterMs(attempt, { baseMs: 200, capMs: 2000 }));
      }
    }
  }
}

export const retryAfterMs: { readonly [Name in CloseName]?: number } = {
  backendUnavailable: BACKEND_RETRY_AFTER_MS,
};

const ended: LoginResult = { refused: 'goodbye', detail: '' };
