import type { DeliveryOptions, NodeMessage } from '@longwire/cluster';

/** Whom a push goes to. */
export type JobAudience =
  | { readonly type: 'clients'; readonly clientIds: readonly string[] }
  | { readonly type: 'everyone' }
  | { readonly type: 'registered-since'; readonly sinceMs: number };

/** A push as it waits and runs: what the caller asked for, ready to be delivered. */
export interface PushJob {
  readonly pushId: string;
  readonly audience: JobAudience;
  readonly message: NodeMessage;
  readonly options: DeliveryOptions;
  /** Asks the store before the push runs; false: there is nothing to run. Only where the store did not say that it has the push. */
  readonly isWritten?: () => Promise<boolean>;
}

/** How a push reaches one kind of audience. Answers how many targets it had; every result is in the store by then. */
export type Carry = (job: PushJob, signal: AbortSignal) => Promise<number>;

/** Every reason for which a push as a whole fails. */
export const pushFailures = {
  storeUnavailable: 'the store was away for too long',
  routerStopped: 'its push-route was stopped before it was done',
  routerDied: 'its push-route is no longer in the cluster',
  internalError: 'its push-route failed',
} as const;

export type PushFailure = keyof typeof pushFailures;
