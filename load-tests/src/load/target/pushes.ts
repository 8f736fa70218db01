import type { PushReport } from '../../lib/push-report.ts';
import { until } from '../../lib/until.ts';
import type { Target } from './target.ts';

type Audience = { everyone: true } | { clientIds: readonly string[] };
/** Which of the two sequences a push belongs to, by its marker: every client gets each of the first kind. */
type Stream = 'b' | 't';

const DONE_DEADLINE_MS = 180_000;

/** A payload that says which message of its stream it is, and that it is due now. */
export function markedText(stream: Stream, sequence: number, bytes: number): string {
  return `#${stream}:${sequence}:${process.hrtime.bigint()}#`.padEnd(bytes, '.');
}

/** Pushes whose payload says which one it is and since when it is due, for the clients to check. */
export class Pushes {
  readonly #target: Target;
  readonly #last = { b: 0, t: 0 };

  constructor(target: Target) {
    this.#target = target;
  }

  /** Sequence number of the last push to everyone. */
  get lastToEveryone(): number {
    return this.#last.b;
  }

  async beginToEveryone(bytes: number): Promise<string> {
    return this.#begin({ everyone: true }, 'live', 'b', bytes);
  }

  async beginToClients(clientIds: readonly string[], bytes: number): Promise<string> {
    return this.#begin({ clientIds }, 'acknowledged', 't', bytes);
  }

  /** Waits until the push is done. Throws when it failed or takes too long. */
  async conclude(pushId: string): Promise<PushReport> {
    const report = await until(
      () => this.#target.call<PushReport>({ role: 'route', method: 'GET', path: `/v1/pushes/${pushId}` }),
      ({ state }) => state !== 'running',
      DONE_DEADLINE_MS,
    );
    if (report.state === 'done') return report;
    throw new Error(`push ${pushId}: ${report.failure ?? `not done within ${DONE_DEADLINE_MS / 1000} s`}`);
  }

  async #begin(
    audience: Audience,
    delivery: 'live' | 'acknowledged',
    stream: Stream,
    bytes: number,
  ): Promise<string> {
    const sequence = ++this.#last[stream];
    // The request is due now: reading and storing it counts.
    const text = markedText(stream, sequence, bytes);
    const { pushId } = await this.#target.call<PushReport>({
      role: 'route',
      method: 'POST',
      path: '/v1/pushes',
      body: { audience, delivery, payload: { text } },
    });
    return pushId;
  }
}
