import type { ConfirmResult, Directory, NodeKicks, Route, RouteHolders } from '@longwire/cluster';
import type { Logger } from 'pino';
import type { Counter } from 'prom-client';
import type { NodeIdentity } from '../cluster/node-identity.ts';
import type { PauseGuard } from '../cluster/pause-guard.ts';
import type { RouteReleases } from './route-releases.ts';
import type { SessionRegistry } from './session-registry.ts';
import type { Session } from './session.ts';

export interface RouteRepairParts {
  readonly identity: NodeIdentity;
  readonly guard: PauseGuard;
  readonly registry: SessionRegistry;
  readonly directory: Directory;
  readonly holders: Pick<RouteHolders, 'ask'>;
  readonly kicks: Pick<NodeKicks, 'kick'>;
  readonly releases: RouteReleases;
  /**
   * What was found: `standing`; `restored`; `revoked` and `replaced`: closed; `older`: the directory showed an older connection, which is closed; `stale`: the directory showed a connection that is no more;
   * `unclear`: it showed one whose node could not be asked; `failed`: the directory did not answer.
   */
  readonly audited: Counter<'result'>;
  readonly logger: Logger;
}

/** A session whose client the directory shows on another connection. */
interface Doubt {
  readonly session: Session;
  readonly standing: Route;
}

/** Questions to other nodes that may be under way; each takes all doubts of a batch about one life of a node. */
const MAX_QUESTIONS = 32;
/** The clocks of two machines differ by less: only a connection that is younger by more is surely the newer login. */
const CLOCK_SKEW_MS = 60_000;

/**
 * Asks the directory about live sessions and puts right what is wrong. A route of another connection is believed only when that one's node
 * says that it has it: a directory that lost its last writes shows a login that was replaced long ago.
 */
export class RouteRepair {
  readonly #parts: RouteRepairParts;
  /** Sessions about which another node is being asked. */
  readonly #doubted = new Set<Session>();
  #questions = 0;

  constructor(parts: RouteRepairParts) {
    this.#parts = parts;
  }

  /** Answers those about which the directory said nothing. Does not wait for other nodes. Never rejects. */
  async check(sessions: readonly Session[]): Promise<Session[]> {
    const results = await Promise.all(sessions.map((session) => this.#confirm(session)));
    const doubts: Doubt[] = [];
    results.forEach((standing, i) => {
      const session = sessions[i]!;
      const isDoubt = typeof standing === 'object' && session.state === 'live' && !this.#doubted.has(session);
      if (isDoubt) doubts.push({ session, standing });
    });
    const byLife = Map.groupBy(doubts, ({ standing }) => `${standing.nodeId}/${standing.boot}`);
    for (const group of byLife.values()) void this.#settle(group);
    return sessions.filter((_, i) => results[i] === 'failed');
  }

  async #confirm(session: Session): Promise<ConfirmResult | 'failed'> {
    const { directory, releases, audited, logger } = this.#parts;
    const { clientId, connection, route, tokenIssuedAtMs } = session;
    let result: ConfirmResult | 'failed' = 'failed';
    try {
      result = await directory.confirm(clientId, route, tokenIssuedAtMs);
    } catch {
      // Counted; the directory itself says once that it is away.
    }
    if (typeof result === 'string') audited.inc({ result });
    // It has ended meanwhile, and this may have written its route after that was deleted.
    if (session.state === 'ended') void releases.release(session);
    // A newer token may have come meanwhile.
    else if (result === 'revoked' && tokenIssuedAtMs === session.tokenIssuedAtMs)
      connection.close('tokenRevoked');
    if (result === 'restored') logger.debug({ clientId, conn: route.conn }, 'put a route back');
    return result;
  }

  /** Doubts about one life of a node. What stays unclear comes again with the next round. */
  async #settle(doubts: readonly Doubt[]): Promise<void> {
    for (const { session } of doubts) this.#doubted.add(session);
    const held = await this.#ask(doubts);
    // Who slept over the answer may be dead to the others, and must not put a route back.
    this.#parts.guard.check();
    if (held === null) this.#parts.audited.inc({ result: 'unclear' }, doubts.length);
    else await Promise.all(doubts.map((doubt, i) => this.#decide(doubt, held[i]!)));
    for (const { session } of doubts) this.#doubted.delete(session);
  }

  async #ask(doubts: readonly Doubt[]): Promise<readonly boolean[] | null> {
    const { identity, registry, holders } = this.#parts;
    const { nodeId, boot } = doubts[0]!.standing;
    if (nodeId === identity.nodeId && boot === identity.boot)
      return doubts.map(({ session, standing }) => registry.find(session.clientId, standing) !== null);
    if (this.#questions >= MAX_QUESTIONS) return null;
    this.#questions++;
    const asked = doubts.map(({ session: { clientId }, standing: { conn } }) => ({ clientId, conn }));
    const held = await holders.ask({ nodeId, boot }, asked);
    this.#questions--;
    return held;
  }

  async #decide({ session, standing }: Doubt, isHeld: boolean): Promise<void> {
    const { directory, kicks, audited, logger } = this.#parts;
    const { clientId, connection, route, state } = session;
    if (state === 'ended') return;
    // The newest login wins, also where a directory that lost its data was told of the older one first.
    const isNewer = route.sinceMs - standing.sinceMs > CLOCK_SKEW_MS;
    if (isHeld && !isNewer) {
      audited.inc({ result: 'replaced' });
      return connection.close('replaced');
    }
    audited.inc({ result: isHeld ? 'older' : 'stale' });
    logger.debug(
      { clientId, standing, isHeld },
      'the directory shows a connection that is older, or no more',
    );
    try {
      await directory.release(clientId, standing);
    } catch {
      return audited.inc({ result: 'failed' });
    }
    if (session.state !== 'live') return;
    await this.#confirm(session);
    if (isHeld) await kicks.kick(clientId, standing, 'replaced');
  }
}
