import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import type { MemberRole, Membership } from '../membership/membership.ts';
import { FREQUENT_CALL_DEADLINE_MS } from './call-frames.ts';
import { Lane } from './lane.ts';
import {
  NodeUnreachable,
  OriginRole,
  type Delivery,
  type NodeClient,
  type NodeMessage,
  type Outcomes,
  type OutcomesReport,
} from './node-client.ts';
import { DeliveryOutcome } from './outcomes.ts';

export interface DeliveryOptions {
  /** Wait for each client's acknowledgement; without it a client counts as reached once the frame is written to its socket. */
  readonly acknowledge: boolean;
  /** How long a client may take to acknowledge. */
  readonly deadlineMs: number;
}

/** Called once for each position with what became of it; never with `pending`. */
export type OnOutcome = (position: number, outcome: DeliveryOutcome) => void;

export interface Origin {
  readonly role: MemberRole;
  readonly nodeId: string;
}

/** A node answers them in the order in which they began. */
const MAX_CALLS = 4;
/** How much later than the client's deadline a late outcome may still arrive here. */
export const LATE_OUTCOME_GRACE_MS = 1000;
/** Clients whose outcome may be awaited at once; more is answered as a full queue. */
const MAX_WAITING = 500_000;
const MAX_QUEUED_ITEMS = 20_000;
const MAX_QUEUED_BYTES = 32 * 1024 * 1024;
/** A node writes to all clients of a call before anything else has its turn. */
export const MAX_CLIENTS_PER_CALL = 256;
const MAX_BATCH_BYTES = 1024 * 1024;
const BYTES_PER_CLIENT_ID = 24;
/** How often it is looked for outcomes that never came. */
const SWEEP_MS = 1000;

/** One message on its way to clients of one node, as many as a call takes. No timer and no set of its own: there is one for every message. */
interface Waiting {
  readonly onOutcome: OnOutcome;
  /** What `onOutcome` calls the first of them. */
  readonly firstPosition: number;
  /** By `performance.now()`; at the sweep after it what is open is settled. */
  readonly endsAtMs: number;
  /** By position: whether the outcome is not known yet. */
  readonly isOpen: boolean[];
  open: number;
  /** The outcome of those that are open in the end. */
  ending: DeliveryOutcome;
}

/**
 * Hands deliveries to push-servers and brings back what became of them. One lane a node keeps their order. A node
 * answers at once; what then waits for a client's acknowledgement comes back through `settle`.
 */
export class NodeDeliveries {
  readonly #client: NodeClient;
  readonly #origin: Origin;
  readonly #logger: Logger;
  readonly #lanes = new Map<string, Lane<Delivery>>();
  readonly #waiting = new Map<number, Waiting>();
  /** Nodes whose last call failed. */
  readonly #silent = new Set<string>();
  readonly #stopWatching: () => void;
  /** Tells this life of the process from an earlier one, whose ids may come back late. */
  readonly #run = randomBytes(8).toString('hex');
  #lastId = 0;
  #open = 0;
  /** Null while nothing waits. */
  #sweepTimer: NodeJS.Timeout | null = null;

  constructor(client: NodeClient, membership: Membership, origin: Origin, logger: Logger) {
    this.#client = client;
    this.#origin = origin;
    this.#logger = logger;
    this.#stopWatching = membership.onChange('push-server', (members) => {
      const alive = new Set(members.map(({ addresses }) => addresses.api));
      // A node that has left may still drain: as long as something is on its way there, a second lane would overtake it.
      for (const [api, lane] of this.#lanes) if (lane.isIdle && !alive.has(api)) this.#lanes.delete(api);
      for (const api of this.#silent) if (!alive.has(api)) this.#silent.delete(api);
    });
  }

  /** Clients whose outcome is not known yet. */
  get waiting(): number {
    return this.#open;
  }

  /** `api` is the base URL of the node's API. */
  send(
    api: string,
    message: NodeMessage,
    clientIds: readonly string[],
    options: DeliveryOptions,
    onOutcome: OnOutcome,
  ): void {
    if (this.#open + clientIds.length > MAX_WAITING) {
      for (const position of clientIds.keys()) onOutcome(position, DeliveryOutcome.nodeQueueFull);
      return;
    }
    for (let first = 0; first < clientIds.length; first += MAX_CLIENTS_PER_CALL) {
      const isAll = clientIds.length <= MAX_CLIENTS_PER_CALL;
      const part = isAll ? clientIds : clientIds.slice(first, first + MAX_CLIENTS_PER_CALL);
      const id = this.#await(part, first, options, onOutcome);
      const delivery = { id, message, clientIds: part as string[], ...options };
      if (!this.#lane(api).add(delivery)) this.#settleRest(id, DeliveryOutcome.nodeQueueFull);
    }
  }

  /** Awaits the outcomes of these clients. Answers the id of their delivery. */
  #await(
    clientIds: readonly string[],
    firstPosition: number,
    { deadlineMs }: DeliveryOptions,
    onOutcome: OnOutcome,
  ): number {
    const id = this.#nextId();
    this.#open += clientIds.length;
    this.#waiting.set(id, {
      onOutcome,
      firstPosition,
      endsAtMs: performance.now() + deadlineMs + FREQUENT_CALL_DEADLINE_MS + LATE_OUTCOME_GRACE_MS,
      isOpen: clientIds.map(() => true),
      open: clientIds.length,
      ending: DeliveryOutcome.timeout,
    });
    this.#sweepTimer ??= setInterval(() => this.#sweep(), SWEEP_MS);
    return id;
  }

  /** Takes the late outcomes that a node reports. Those for an earlier life of this process are ignored. */
  takeReport({ originRun, outcomes }: OutcomesReport): void {
    if (originRun === this.#run) this.#settle(outcomes);
  }

  /** Unknown ids and positions are ignored: they were settled before. */
  #settle(outcomes: Outcomes | null | undefined): void {
    const ids = outcomes?.ids ?? [];
    const positions = outcomes?.positions ?? [];
    const bytes = outcomes?.outcomes ?? [];
    for (let index = 0; index < ids.length; index++) {
      const id = ids[index]!;
      const position = positions[index] ?? -1;
      const outcome = (bytes[index] ?? DeliveryOutcome.pending) as DeliveryOutcome;
      const waiting = this.#waiting.get(id);
      if (outcome === DeliveryOutcome.pending || waiting?.isOpen[position] !== true) continue;
      waiting.isOpen[position] = false;
      this.#open--;
      if (--waiting.open === 0) this.#waiting.delete(id);
      waiting.onOutcome(waiting.firstPosition + position, outcome);
    }
  }

  /** Settles all that is open: nobody waits for a process that is going. */
  close(): void {
    this.#stopWatching();
    this.#stopSweeping();
    for (const id of [...this.#waiting.keys()]) this.#settleRest(id, DeliveryOutcome.nodeUnreachable);
  }

  #lane(api: string): Lane<Delivery> {
    let lane = this.#lanes.get(api);
    if (lane === undefined) {
      lane = new Lane<Delivery>({
        maxQueuedItems: MAX_QUEUED_ITEMS,
        maxQueuedBytes: MAX_QUEUED_BYTES,
        maxBatchWork: MAX_CLIENTS_PER_CALL,
        maxBatchBytes: MAX_BATCH_BYTES,
        bytesOf: (delivery) =>
          (delivery.message?.payload?.length ?? 0) + (delivery.clientIds?.length ?? 0) * BYTES_PER_CLIENT_ID,
        maxCalls: MAX_CALLS,
        workOf: ({ clientIds }) => clientIds?.length ?? 0,
        post: (batch) => this.#post(api, batch),
      });
      this.#lanes.set(api, lane);
    }
    return lane;
  }

  async #post(api: string, deliveries: readonly Delivery[]): Promise<void> {
    const request = {
      originRole: this.#origin.role === 'push-server' ? OriginRole.PUSH_SERVER : OriginRole.PUSH_ROUTE,
      originNodeId: this.#origin.nodeId,
      originRun: this.#run,
      deliveries: deliveries as Delivery[],
    };
    const { nodeUnreachable } = DeliveryOutcome;
    try {
      const answer = await this.#client.deliver(api, request, FREQUENT_CALL_DEADLINE_MS);
      if (this.#silent.delete(api)) this.#logger.info({ api }, 'a push-server takes deliveries again');
      this.#settle(answer.outcomes);
    } catch (error) {
      // Once, not for each batch: a node that has died is in the list until its session runs out.
      const level = this.#silent.has(api) ? 'debug' : 'warn';
      this.#silent.add(api);
      this.#logger[level]({ err: error, api }, 'a push-server does not take deliveries');
      // It may have been acted on: then the node reports what its clients acknowledge.
      const isLost = error instanceof NodeUnreachable && error.reason === 'lost';
      for (const { id, acknowledge } of deliveries) {
        const waiting = this.#waiting.get(id ?? 0);
        if (isLost && acknowledge && waiting !== undefined) waiting.ending = nodeUnreachable;
        else this.#settleRest(id ?? 0, nodeUnreachable);
      }
    }
  }

  /** Walks all that waits, which is little as long as nodes and clients answer. */
  #sweep(): void {
    if (this.#waiting.size === 0) return this.#stopSweeping();
    const nowMs = performance.now();
    for (const [id, { endsAtMs, ending }] of this.#waiting)
      if (endsAtMs <= nowMs) this.#settleRest(id, ending);
  }

  #stopSweeping(): void {
    if (this.#sweepTimer !== null) clearInterval(this.#sweepTimer);
    this.#sweepTimer = null;
  }

  #settleRest(id: number, outcome: DeliveryOutcome): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    this.#open -= waiting.open;
    waiting.isOpen.forEach((isOpen, position) => {
      if (isOpen) waiting.onOutcome(waiting.firstPosition + position, outcome);
    });
  }

  #nextId(): number {
    do this.#lastId = (this.#lastId + 1) >>> 0;
    while (this.#lastId === 0 || this.#waiting.has(this.#lastId));
    return this.#lastId;
  }
}
