import type { ClaimResult, Directory, NodeKicks, Route } from '@longwire/cluster';
import type { CloseName } from '@longwire/protocol';
import {
  TokenRefused,
  type TokenRefusal,
  type TokenVerifier,
  type VerifiedToken,
} from '@longwire/service-kit';
import type { Logger } from 'pino';
import type { Counter } from 'prom-client';
import type { Connection } from '../connection/connection.ts';
import type { NodeIdentity } from '../cluster/node-identity.ts';
import type { PauseGuard } from '../cluster/pause-guard.ts';
import type { ClaimWindow } from '../listener/claim-window.ts';
import type { FlapGuard } from './flap-guard.ts';
import type { RouteReleases } from './route-releases.ts';
import { Session } from './session.ts';
import type { SessionRegistry } from './session-registry.ts';

export interface LoginRefusal {
  readonly close: CloseName;
  /** Empty: the meaning of the close code says it all. */
  readonly detail: string;
  /** 0: the client's own backoff. */
  readonly retryAfterMs: number;
}

/** Called in the same turn in which the session becomes live, so that no message can be written before its CONNECTED. */
export type OnLive = (session: Session, expiresAtMs: number) => void;

export interface LoginParts {
  readonly identity: NodeIdentity;
  readonly guard: PauseGuard;
  readonly verifier: TokenVerifier;
  readonly directory: Directory;
  readonly claims: ClaimWindow;
  readonly kicks: NodeKicks;
  readonly registry: SessionRegistry;
  readonly releases: RouteReleases;
  readonly flapGuard: FlapGuard;
  readonly unreachedReplaced: Counter;
  readonly logger: Logger;
}

/** A token that is refused for any other reason is `tokenInvalid`. */
export const closeByRefusal: { readonly [Reason in TokenRefusal]?: CloseName } = { expired: 'tokenExpired' };
const BACKEND_RETRY_AFTER_MS = 2000;

/** From a token to a live session: verify, claim the route, close the connection that it took the place of. */
export class Login {
  readonly #parts: LoginParts;

  constructor(parts: LoginParts) {
    this.#parts = parts;
  }

  /** Answers why the login is refused, or null. Never rejects. A connection that ended meanwhile leaves nothing behind. */
  async run(connection: Connection, token: string, onLive: OnLive): Promise<LoginRefusal | null> {
    let verified: VerifiedToken;
    try {
      verified = await this.#parts.verifier.verify(token);
    } catch (error) {
      if (error instanceof TokenRefused)
        return refusal(closeByRefusal[error.reason] ?? 'tokenInvalid', error.message);
      this.#parts.logger.error({ err: error }, 'could not verify a token');
      return refusal('internalError');
    }
    const { guard, identity, registry } = this.#parts;
    // Who slept while it verified must not take the client from where it has gone meanwhile.
    guard.check();
    if (!connection.isOpen) return ended;
    if (!identity.isMember) return refusal('goElsewhere');
    const refusedForMs = this.#parts.flapGuard.refusedForMs(verified.clientId);
    if (refusedForMs > 0) return refusal('reconnectingTooOften', '', refusedForMs);
    const session = new Session(verified.clientId, connection, identity.life, verified.issuedAtMs);
    connection.session = session;
    registry.addClaiming(session);
    return this.#claim(session, verified, onLive);
  }

  async #claim(
    session: Session,
    { clientId, issuedAtMs, expiresAtMs }: VerifiedToken,
    onLive: OnLive,
  ): Promise<LoginRefusal | null> {
    const { directory, claims, flapGuard, logger, registry, releases } = this.#parts;
    let claim: ClaimResult;
    const beganAtMs = performance.now();
    claims.began();
    try {
      claim = await directory.claim(clientId, session.route, issuedAtMs);
      claims.ended(beganAtMs, performance.now(), true);
    } catch (error) {
      claims.ended(beganAtMs, performance.now(), false);
      logger.warn({ err: error, clientId }, 'could not claim a route');
      registry.remove(session);
      // The claim may have taken effect, or may yet.
      void releases.releaseUnanswered(session);
      return refusal('backendUnavailable', '', BACKEND_RETRY_AFTER_MS);
    }
    if (claim.status === 'revoked') {
      registry.remove(session);
      return refusal('tokenRevoked');
    }
    flapGuard.loggedIn(clientId);
    // Also where this one has ended meanwhile: who replaces it in turn knows nothing of the one before it.
    if (claim.replaced !== null) void this.#closeReplaced(clientId, claim.replaced);
    if (!session.connection.isOpen) {
      void releases.release(session);
      return ended;
    }
    registry.promote(session)?.connection.close('replaced');
    onLive(session, expiresAtMs);
    return null;
  }

  /** When a node dies all its clients come this way until it is gone: that is counted, not worth a line each. */
  async #closeReplaced(clientId: string, replaced: Route): Promise<void> {
    const { identity, kicks, registry, unreachedReplaced } = this.#parts;
    if (replaced.nodeId === identity.nodeId && replaced.boot === identity.boot)
      return registry.find(clientId, replaced)?.connection.close('replaced');
    const result = await kicks.kick(clientId, replaced, 'replaced');
    if (result === 'unreached') unreachedReplaced.inc();
  }
}

function refusal(close: CloseName, detail = '', retryAfterMs = 0): LoginRefusal {
  return { close, detail, retryAfterMs };
}

const ended = refusal('goodbye');
