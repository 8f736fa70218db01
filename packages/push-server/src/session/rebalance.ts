import type { NodeChoice, NodeLeases } from '@longwire/cluster';
import type { Logger } from 'pino';
import type { Counter } from 'prom-client';
import { Pace, redirect, REDIRECT_ADDRESSES } from './redirect.ts';
import type { Session } from './session.ts';
import type { SessionRegistry } from './session-registry.ts';

export interface RebalanceParts {
  readonly nodeId: string;
  readonly registry: SessionRegistry;
  readonly choice: NodeChoice;
  readonly leases: NodeLeases;
  readonly redirected: Counter<'why'>;
  readonly logger: Logger;
}

/** Clients looked at before the event loop gets its turn. */
const LOOK_SLICE = 500;

/** Sends the clients who belong to another node there, at a bounded rate. A client is told where to go and not asked twice. */
export class Rebalance {
  readonly #parts: RebalanceParts;
  #current: symbol | null = null;

  constructor(parts: RebalanceParts) {
    this.#parts = parts;
  }

  /** Begins, in place of one that runs. Answers how many clients will be sent, at most: some may leave by themselves before. */
  async start(clientsPerSecond: number): Promise<number> {
    const run = (this.#current = Symbol('rebalance'));
    await this.#parts.leases.refresh();
    const misplaced = await this.#misplaced();
    if (this.#current === run) void this.#send(run, misplaced, clientsPerSecond);
    return misplaced.length;
  }

  stop(): void {
    this.#current = null;
  }

  async #misplaced(): Promise<Session[]> {
    const found: Session[] = [];
    let looked = 0;
    for (const session of this.#parts.registry.live()) {
      if (this.#belongsElsewhere(session)) found.push(session);
      if (++looked % LOOK_SLICE === 0) await new Promise(setImmediate);
    }
    return found;
  }

  async #send(run: symbol, misplaced: readonly Session[], clientsPerSecond: number): Promise<void> {
    const { choice, leases, redirected, logger } = this.#parts;
    logger.info({ clients: misplaced.length, clientsPerSecond }, 'rebalancing');
    const pace = new Pace(clientsPerSecond);
    let sent = 0;
    for (const session of misplaced) {
      while (!pace.take()) {
        await pace.tick();
        void leases.refresh();
        if (this.#current !== run) return logger.info({ sent }, 'rebalancing ended early');
      }
      // After the wait, for the nodes may have changed. Who is passed over has its turn all the same: that bounds the work at once.
      if (session.state !== 'live' || !this.#belongsElsewhere(session)) continue;
      redirect(session, choice.home(session.clientId, REDIRECT_ADDRESSES));
      redirected.inc({ why: 'rebalance' });
      sent++;
    }
    logger.info({ sent }, 'rebalanced');
  }

  #belongsElsewhere({ clientId }: Session): boolean {
    const [home] = this.#parts.choice.home(clientId, 1);
    return home !== undefined && home.nodeId !== this.#parts.nodeId;
  }
}
