import type { ConfirmResult, Directory } from '@longwire/cluster';
import type { Logger } from 'pino';
import type { Counter } from 'prom-client';
import type { PauseGuard } from '../cluster/pause-guard.ts';
import type { RouteReleases } from './route-releases.ts';
import type { SessionRegistry } from './session-registry.ts';
import type { Session } from './session.ts';

export interface RouteAuditParts {
  readonly registry: SessionRegistry;
  readonly directory: Directory;
  readonly releases: RouteReleases;
  readonly guard: PauseGuard;
  /** Sessions asked about, by what the directory said; `failed` where it did not answer. */
  readonly audited: Counter<'result'>;
  readonly logger: Logger;
}

const TICK_MS = 100;
/** 5,000 a second: what a node asks of a shared directory that has lost everything. */
const MAX_PER_TICK = 500;
/** A whole round takes this long, and longer where the bound above does not allow it. */
const ROUND_MS = 40_000;

/**
 * Asks the directory about each live session, round after round at an even rate: whether its route stands, was replaced, or its token
 * was revoked. This repairs whatever went wrong on the way: a directory that lost its data or its last writes, a call to
 * close a replaced or revoked connection that did not arrive.
 */
export class RouteAudit {
  readonly #parts: RouteAuditParts;
  #round: IterableIterator<Session>;
  #timer: NodeJS.Timeout | null = null;
  /** Sessions that may be asked about now; grows with time. */
  #credit = 0;
  #isAsking = false;
  /** Whether this round is done as fast as is allowed. */
  #isHurrying = false;

  constructor(parts: RouteAuditParts) {
    this.#parts = parts;
    this.#round = parts.registry.live();
  }

  start(): void {
    this.#timer ??= setInterval(() => void this.#tick(), TICK_MS);
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** The directory has lost its data: puts every route back as fast as is allowed. */
  hurry(): void {
    this.#isHurrying = true;
    this.#round = this.#parts.registry.live();
  }

  /** One batch is under way at a time, so that a slow directory is asked less. Never rejects. */
  async #tick(): Promise<void> {
    this.#parts.guard.check();
    const isHurrying = this.#isHurrying;
    const evenly = (this.#parts.registry.size * TICK_MS) / ROUND_MS;
    this.#credit = isHurrying ? MAX_PER_TICK : Math.min(this.#credit + evenly, MAX_PER_TICK);
    if (this.#isAsking) return;
    this.#isAsking = true;
    // At least one each time: a walk over a Map that rests keeps all that has been deleted from the Map since.
    const batch = this.#next(Math.max(1, Math.floor(this.#credit)));
    this.#credit = Math.max(0, this.#credit - batch.length);
    const answered = await Promise.all(batch.map((session) => this.#ask(session)));
    // What the directory has lost is put back before this rests, however long the directory is away.
    if (isHurrying && answered.includes(false)) this.hurry();
    this.#isAsking = false;
  }

  #next(count: number): Session[] {
    const batch: Session[] = [];
    while (batch.length < count) {
      const next = this.#round.next();
      if (next.done !== true) {
        batch.push(next.value);
        continue;
      }
      this.#round = this.#parts.registry.live();
      this.#isHurrying = false;
      break;
    }
    return batch;
  }

  /** Answers whether the directory did. */
  async #ask(session: Session): Promise<boolean> {
    const { directory, releases, audited } = this.#parts;
    const { clientId, route, tokenIssuedAtMs } = session;
    let result: ConfirmResult | 'failed' = 'failed';
    try {
      result = await directory.confirm(clientId, route, tokenIssuedAtMs);
    } catch {
      // Counted; the directory itself says once that it is away.
    }
    audited.inc({ result });
    // It has ended meanwhile, and this may have written its route after that was deleted.
    if (session.state === 'ended') void releases.release(session);
    else this.#repair(session, result, tokenIssuedAtMs);
    return result !== 'failed';
  }

  #repair(
    { clientId, connection, route, tokenIssuedAtMs }: Session,
    result: ConfirmResult | 'failed',
    askedAboutMs: number,
  ): void {
    if (result === 'standing' || result === 'failed') return;
    // A newer token has come meanwhile.
    if (result === 'revoked' && tokenIssuedAtMs !== askedAboutMs) return;
    this.#parts.logger.debug({ clientId, conn: route.conn, result }, 'the audit repaired a route');
    if (result !== 'restored') connection.close(result === 'replaced' ? 'replaced' : 'tokenRevoked');
  }
}
