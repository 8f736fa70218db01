import {
  callBounds,
  FREQUENT_CALL_DEADLINE_MS,
  Lane,
  LATE_OUTCOME_GRACE_MS,
  NodeUnreachable,
  type DeliveryOutcome,
  type MemberRole,
  type Membership,
  type NodeAddresses,
  type NodeClient,
  type Outcomes,
} from '@longwire/cluster';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Counter } from 'prom-client';

export interface LateOutcome {
  readonly id: number;
  readonly position: number;
  readonly outcome: DeliveryOutcome;
}

/** Takes what became of a delivery after its call was answered. */
export type OutcomeReport = (outcome: LateOutcome) => void;

export interface Reporter {
  readonly role: MemberRole;
  readonly nodeId: string;
  /** The life of the process that asked. */
  readonly run: string;
}

export interface OutcomeReportsParts {
  readonly nodeId: string;
  readonly client: NodeClient;
  readonly membership: Membership;
  readonly nodes: NodeAddresses;
  /** Counts reports that are lost. */
  readonly dropped: Counter;
  readonly logger: Logger;
}

/** After a connection that could not be made none is tried for as long: see `callBounds`. */
const LEAST_PAUSE_MS = callBounds.longestPauseMs;
/** Reports may overtake each other: an outcome is settled once, and in no order. */
const MAX_CALLS = 4;
/** As many as one asker may await. */
const MAX_QUEUED = 500_000;
/** The asker answers as many senders before anything else has its turn. */
const MAX_BATCH = 1000;

/**
 * Tells those who asked for deliveries what became of them later. A report that fails is sent once more: the asker ignores what it has settled. One that
 * is lost leaves the asker with its own deadline.
 */
export class OutcomeReports {
  readonly #parts: OutcomeReportsParts;
  readonly #lanes = new Map<string, Lane<LateOutcome>>();
  readonly #stopWatching: readonly (() => void)[];

  constructor(parts: OutcomeReportsParts) {
    this.#parts = parts;
    const roles = ['push-server', 'push-route'] as const;
    this.#stopWatching = roles.map((role) =>
      parts.membership.onChange(role, (members) => {
        const alive = new Set(members.map((member) => laneName(role, member.nodeId)));
        for (const [name, lane] of this.#lanes) {
          const asker = name.slice(0, name.lastIndexOf('/') + 1);
          if (lane.isIdle && asker.startsWith(`${role}/`) && !alive.has(asker)) this.#lanes.delete(name);
        }
      }),
    );
  }

  /** Where to report what this asker is owed. */
  to(origin: Reporter): OutcomeReport {
    const lane = this.#laneOf(origin);
    return (outcome) => {
      if (!lane.add(outcome)) this.#parts.dropped.inc();
    };
  }

  close(): void {
    for (const stop of this.#stopWatching) stop();
  }

  #laneOf(origin: Reporter): Lane<LateOutcome> {
    const name = `${laneName(origin.role, origin.nodeId)}${origin.run}`;
    let lane = this.#lanes.get(name);
    if (lane === undefined) {
      lane = new Lane<LateOutcome>({
        maxQueuedItems: MAX_QUEUED,
        maxQueuedBytes: Infinity,
        maxBatchWork: MAX_BATCH,
        maxBatchBytes: Infinity,
        bytesOf: () => 1,
        maxCalls: MAX_CALLS,
        post: (batch) => this.#post(origin, batch),
      });
      this.#lanes.set(name, lane);
    }
    return lane;
  }

  async #post(origin: Reporter, batch: readonly LateOutcome[]): Promise<void> {
    const { dropped, logger } = this.#parts;
    try {
      await this.#report(origin, batch).catch((error: unknown) => this.#reportAgain(origin, batch, error));
    } catch (error) {
      dropped.inc(batch.length);
      logger.warn({ err: error, origin, outcomes: batch.length }, 'could not report outcomes');
    }
  }

  async #reportAgain(origin: Reporter, batch: readonly LateOutcome[], error: unknown): Promise<void> {
    if (!(error instanceof NodeUnreachable)) throw error;
    // The asker waits so much longer than the first call could take.
    const pauseMs = LEAST_PAUSE_MS + Math.random() * (LATE_OUTCOME_GRACE_MS - LEAST_PAUSE_MS);
    await delay(pauseMs, undefined, { ref: false });
    await this.#report(origin, batch);
  }

  async #report(origin: Reporter, batch: readonly LateOutcome[]): Promise<void> {
    const { nodeId, client } = this.#parts;
    // Without a wait where that can be: the call leaves with whatever else goes there in this turn of the event loop.
    const api = this.#apiInList(origin) ?? (await this.#leasedApi(origin));
    if (api === null) throw new Error('the asker has left the cluster');
    const request = { nodeId, originRun: origin.run, outcomes: inLists(batch) };
    await client.outcomes(api, request, FREQUENT_CALL_DEADLINE_MS);
  }

  #apiInList({ role, nodeId }: Reporter): string | null {
    const { nodes, membership } = this.#parts;
    if (role === 'push-server') return nodes.ofNodeInList(nodeId);
    return membership.members(role).find((each) => each.nodeId === nodeId)?.addresses.api ?? null;
  }

  /** Of one that has left the list: a push-server that drains still has a lease. */
  async #leasedApi({ role, nodeId }: Reporter): Promise<string | null> {
    return role === 'push-server' ? this.#parts.nodes.ofNode(nodeId) : null;
  }
}

function inLists(batch: readonly LateOutcome[]): Outcomes {
  return {
    ids: batch.map(({ id }) => id),
    positions: batch.map(({ position }) => position),
    outcomes: Uint8Array.from(batch, ({ outcome }) => outcome),
  };
}

function laneName(role: MemberRole, nodeId: string): string {
  return `${role}/${nodeId}/`;
}
