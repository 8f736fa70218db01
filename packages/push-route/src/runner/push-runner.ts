import { StoreUnavailable, type Store } from '@longwire/cluster';
import type { Logger } from 'pino';
import type { Carry, PushFailure, PushJob } from './push-job.ts';
import type { PushMetrics } from './push-metrics.ts';
import { untilStored } from './store-retry.ts';

export interface PushRunnerOptions {
  readonly carry: Carry;
  readonly store: Store;
  readonly metrics: PushMetrics;
  readonly logger: Logger;
  readonly maxRunning: number;
  readonly maxWaiting: number;
}

/** Client ids that all places together may hold, some 150 MB of them at worst. */
const maxHeldTargets = 2_000_000;

type PushEnd = Parameters<Store['updatePush']>[1] & { readonly state: 'done' | 'failed' };

class RouterStopped extends Error {
  override readonly name = 'RouterStopped';
}

/**
 * Runs pushes, a few at a time and the rest in the order in which they came. A place is reserved before a push is
 * written to the store, so that what is written is also run.
 */
export class PushRunner {
  readonly #options: PushRunnerOptions;
  /** Targets held for each push that has a place: reserved, waiting or running. */
  readonly #places = new Map<string, number>();
  readonly #waiting: PushJob[] = [];
  readonly #running = new Set<Promise<void>>();
  readonly #stopped = new AbortController();
  #heldTargets = 0;
  #isStopping = false;

  constructor(options: PushRunnerOptions) {
    this.#options = options;
  }

  get running(): number {
    return this.#running.size;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Takes a place for a push that is to be started or released; false when there is none. */
  reserve(pushId: string, targets: number): boolean {
    const { maxRunning, maxWaiting, metrics } = this.#options;
    const isFull =
      this.#places.size >= maxRunning + maxWaiting || this.#heldTargets + targets > maxHeldTargets;
    if (isFull || this.#isStopping) {
      metrics.refused.inc();
      return false;
    }
    this.#places.set(pushId, targets);
    this.#heldTargets += targets;
    return true;
  }

  release(pushId: string): void {
    this.#heldTargets -= this.#places.get(pushId) ?? 0;
    this.#places.delete(pushId);
  }

  /** Runs a push whose place is reserved, now or when others are done. */
  start(job: PushJob): void {
    this.#waiting.push(job);
    this.#runNext();
  }

  /** Takes no more pushes, gives what it has `deadlineMs` to finish, and marks the rest as failed. */
  async stop(deadlineMs: number): Promise<void> {
    this.#isStopping = true;
    const timer = setTimeout(() => this.#stopped.abort(new RouterStopped('the router stops')), deadlineMs);
    while (this.#running.size > 0) await Promise.all(this.#running);
    clearTimeout(timer);
  }

  #runNext(): void {
    while (this.#running.size < this.#options.maxRunning) {
      const job = this.#waiting.shift();
      if (job === undefined) return;
      const run = this.#run(job).finally(() => {
        this.#running.delete(run);
        this.release(job.pushId);
        this.#runNext();
      });
      this.#running.add(run);
    }
  }

  /** Never rejects. */
  async #run(job: PushJob): Promise<void> {
    const { logger, metrics } = this.#options;
    const log = logger.child({ pushId: job.pushId, traceId: job.message.traceId });
    const { signal } = this.#stopped;
    const startedAtMs = performance.now();
    let end: PushEnd | null;
    const stopped = Promise.withResolvers<never>();
    const onAbort = (): void => stopped.reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort);
    try {
      signal.throwIfAborted();
      // The calls of a carry end by their own deadlines, which may be later than that of a stop.
      end = await Promise.race([this.#carry(job, log), stopped.promise]);
    } catch (error) {
      const failure = failureOf(error);
      log.error({ err: error, failure }, 'a push failed');
      end = { state: 'failed', failure };
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
    if (end === null) return log.info('a push that the store did not take is given up');
    const durationMs = Math.round(performance.now() - startedAtMs);
    log.info({ audience: job.audience.type, ...end, durationMs }, 'a push ended');
    metrics.finished.inc({ audience: job.audience.type, state: end.state });
    await this.#record(job, end, log);
  }

  /** Answers null for a push that turns out not to be in the store. */
  async #carry(job: PushJob, logger: Logger): Promise<PushEnd | null> {
    const { signal } = this.#stopped;
    if (job.isWritten) {
      const isWritten = await untilStored(job.isWritten, { outageMs: Infinity, signal, logger });
      if (!isWritten) return null;
    }
    return { state: 'done', targets: await this.#options.carry(job, signal) };
  }

  /** Goes on until the store takes it: nothing else could run meanwhile. */
  async #record(job: PushJob, end: Parameters<Store['updatePush']>[1], logger: Logger): Promise<void> {
    const { store } = this.#options;
    const change = { ...end, finishedAtMs: Date.now() };
    const retry = { outageMs: Infinity, signal: this.#stopped.signal, logger };
    try {
      await untilStored(() => store.updatePush(job.pushId, change), retry);
    } catch (error) {
      logger.error({ err: error }, 'the end of a push could not be stored');
    }
  }
}

function failureOf(error: unknown): PushFailure {
  if (error instanceof RouterStopped) return 'routerStopped';
  return error instanceof StoreUnavailable ? 'storeUnavailable' : 'internalError';
}
