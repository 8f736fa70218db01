import type { NodeChoice, NodeLeases } from '@longwire/cluster';
import type { Logger } from 'pino';
import type { Counter } from 'prom-client';
import { MAX_REDIRECT_DELAY_MS, Pace, redirect, REDIRECT_ADDRESSES } from './redirect.ts';
import type { Session } from './session.ts';
import type { SessionRegistry } from './session-registry.ts';

export interface DrainParts {
  readonly nodeId: string;
  readonly registry: SessionRegistry;
  readonly choice: NodeChoice;
  readonly leases: NodeLeases;
  readonly redirected: Counter<'why'>;
  readonly logger: Logger;
}

export interface DrainLimits {
  readonly clientsPerSecond: number;
  /** When to be done; the rate is raised if it takes more to get there. */
  readonly deadlineMs: number;
}

/** A client that was told to go and has not gone is closed after this. */
const LEAVE_WITHIN_MS = MAX_REDIRECT_DELAY_MS + 3000;
/** How much later at most, if answers to it are still awaited. */
const ANSWER_WITHIN_MS = 3000;
/** What the last client told to go needs, and some more. */
const RESERVE_MS = LEAVE_WITHIN_MS + ANSWER_WITHIN_MS + 3000;

/**
 * Sends every client to another node, at a bounded rate: it is told where to go and when, and closed only if it stays. Until then it is served
 * as before. For a node that signs nobody in any more.
 */
export class Drain {
  readonly #parts: DrainParts;
  /** When to close those who were told to go; earliest first, because all have the same time. */
  readonly #leaving = new Map<Session, number>();

  constructor(parts: DrainParts) {
    this.#parts = parts;
  }

  /** Resolves when nobody is here any more, or when the time is over: whoever is left is to be closed. Never rejects. */
  async run({ clientsPerSecond, deadlineMs }: DrainLimits): Promise<void> {
    const { registry, leases, logger } = this.#parts;
    const endMs = performance.now() + deadlineMs;
    const sendWithinMs = Math.max(deadlineMs - RESERVE_MS, deadlineMs / 4);
    const perSecond = Math.max(clientsPerSecond, (1000 * registry.size) / sendWithinMs);
    logger.info({ sessions: registry.size, perSecond: Math.round(perSecond), deadlineMs }, 'draining');
    if (perSecond > clientsPerSecond)
      logger.warn({ clientsPerSecond }, 'clients are sent away faster than configured, to meet the deadline');
    const pace = new Pace(perSecond);
    let walk = registry.live();
    while (!registry.isEmpty && performance.now() < endMs) {
      void leases.refresh();
      // Once more from the start: a login that was on its way when the drain began is live by now.
      if (this.#sendAway(walk, pace)) walk = registry.live();
      this.#closeOverdue();
      await pace.tick();
    }
    logger.info({ left: registry.size }, 'drained');
  }

  /** As many as the pace allows. Answers whether the walk has come to its end. */
  #sendAway(walk: IterableIterator<Session>, pace: Pace): boolean {
    const { nodeId, choice, redirected } = this.#parts;
    while (pace.take()) {
      let next = walk.next();
      while (!next.done && this.#leaving.has(next.value)) next = walk.next();
      if (next.done) return true;
      const session = next.value;
      // Where the coordination service is away this node is still in the list.
      const nodes = choice.choose(session.clientId, REDIRECT_ADDRESSES + 1);
      redirect(
        session,
        nodes.filter((node) => node.nodeId !== nodeId),
      );
      redirected.inc({ why: 'drain' });
      this.#leaving.set(session, performance.now() + LEAVE_WITHIN_MS);
    }
    return false;
  }

  #closeOverdue(): void {
    const nowMs = performance.now();
    for (const [session, closeAtMs] of this.#leaving) {
      if (closeAtMs > nowMs) return;
      const { connection } = session;
      if (connection.isOpen && connection.channel.inFlight > 0 && nowMs < closeAtMs + ANSWER_WITHIN_MS)
        continue;
      this.#leaving.delete(session);
      connection.close('goElsewhere');
    }
  }
}
