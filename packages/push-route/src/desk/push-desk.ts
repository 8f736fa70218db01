import { randomBytes } from 'node:crypto';
import { StoreUnavailable, type Member, type Membership, type PushRow, type Store } from '@longwire/cluster';
import { equalInConstantTime, Problem } from '@longwire/service-kit';
import { hashOfOrder, storedAudience, type PushOrder } from './push-order.ts';
import type { PushFailure, PushJob } from '../runner/push-job.ts';
import type { PushRunner } from '../runner/push-runner.ts';

export interface PushDeskOptions {
  readonly store: Store;
  readonly runner: PushRunner;
  readonly membership: Membership;
  /** `nodeId/boot` of this process. */
  readonly router: string;
  readonly acknowledgeTimeoutMs: number;
}

export interface Caller {
  /** Name of the API key. */
  readonly requestedBy: string;
  readonly idempotencyKey: string | null;
  readonly traceId: string;
}

/** Accepts pushes: each is in the store, and has a place in the runner, before its caller gets an answer. */
export class PushDesk {
  readonly #options: PushDeskOptions;

  constructor(options: PushDeskOptions) {
    this.#options = options;
  }

  async accept(order: PushOrder, caller: Caller): Promise<{ created: boolean; push: PushRow }> {
    const { store, runner } = this.#options;
    const row = this.#newRow(order, caller);
    this.#reserve(row.pushId, order);
    const result = await store.insertPush(row).catch((error: unknown) => {
      // A store that did not answer may have written the push all the same; then it has to be run.
      if (error instanceof StoreUnavailable) this.#start(row, order, () => this.#isWritten(row));
      else runner.release(row.pushId);
      throw error;
    });
    if (result.created) {
      this.#start(row, order);
      return result;
    }
    runner.release(row.pushId);
    const { push } = result;
    if (!equalInConstantTime(push.requestHash, row.requestHash))
      throw new Problem('idempotency-conflict', `The key was used for push ${push.pushId}, which is another`);
    return result;
  }

  /** Whether the router of a push is in the cluster, as far as is known. */
  isRouterAlive(push: PushRow): boolean {
    const { membership, router } = this.#options;
    if (push.router === router) return true;
    return membership.members('push-route').some((member) => routerName(member) === push.router);
  }

  /**
   * Whether a row is in the store whose insert was not answered. Where it is not, a failed one takes its place, so that the
   * insert can no longer happen; it is without the key, which is free for the caller's next try.
   */
  async #isWritten(row: PushRow): Promise<boolean> {
    const { push } = await this.#options.store.insertPush({
      ...row,
      idempotencyKey: null,
      state: 'failed',
      failure: 'storeUnavailable' satisfies PushFailure,
      finishedAtMs: Date.now(),
    });
    return push.state === 'running';
  }

  #reserve(pushId: string, { audience }: PushOrder): void {
    const targets = audience.type === 'clients' ? audience.clientIds.length : 0;
    if (this.#options.runner.reserve(pushId, targets)) return;
    throw new Problem('overloaded', 'Too many pushes are waiting here; try again later', {
      headers: { 'retry-after': '5' },
    });
  }

  #start(
    { pushId, traceId }: PushRow,
    { audience, payload, delivery }: PushOrder,
    isWritten?: PushJob['isWritten'],
  ): void {
    const message = { messageId: pushId, from: '', payload, sentAtMs: Date.now(), traceId };
    const options = {
      acknowledge: delivery === 'acknowledged',
      deadlineMs: this.#options.acknowledgeTimeoutMs,
    };
    this.#options.runner.start({ pushId, audience, message, options, ...(isWritten && { isWritten }) });
  }

  #newRow(order: PushOrder, caller: Caller): PushRow {
    const { audience, payload, delivery } = order;
    const createdAtMs = Date.now();
    return {
      // The time in front keeps the rows of pushes, and of their results, together in the store.
      pushId: `push-${createdAtMs.toString(36)}-${randomBytes(9).toString('hex')}`,
      idempotencyKey: caller.idempotencyKey,
      requestedBy: caller.requestedBy,
      requestHash: hashOfOrder(order),
      audience: storedAudience(audience),
      delivery,
      payload,
      traceId: caller.traceId,
      router: this.#options.router,
      state: 'running',
      failure: null,
      createdAtMs,
      finishedAtMs: null,
      targets: audience.type === 'clients' ? audience.clientIds.length : null,
    };
  }
}

/** The name under which a router stands in its pushes: one life of one push-route. */
export function routerName({ nodeId, boot }: Pick<Member, 'nodeId' | 'boot'>): string {
  return `${nodeId}/${boot}`;
}
