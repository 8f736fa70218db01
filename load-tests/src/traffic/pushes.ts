import type { Cluster, Node } from '../lib/cluster.ts';
import type { PushReport } from '../lib/push-report.ts';
import { until } from '../lib/until.ts';
import { refuse, type Ledgers, type TrafficKind } from './ledger.ts';

const DONE_DEADLINE_MS = 40_000;

type Audience = { everyone: true } | { clientIds: readonly string[] } | { registeredSince: string };

interface ResultsPage {
  readonly results: readonly { readonly clientId: string }[];
  readonly nextCursor: string | null;
}

/** An administrator's pushes, and what the cluster says became of them. */
export class TrafficPushes {
  /** What did not go as a push should, in words. */
  readonly problems: string[] = [];
  readonly #cluster: Cluster;
  readonly #admin: Node;
  readonly #ledgers: Ledgers;
  readonly #kinds = new Map<string, TrafficKind>();
  /** Of each push to all: how many clients are said to have acknowledged it. */
  readonly #deliveredToAll = new Map<string, number>();

  constructor(cluster: Cluster, admin: Node, ledgers: Ledgers) {
    this.#cluster = cluster;
    this.#admin = admin;
    this.#ledgers = ledgers;
  }

  /** Pushes, waits until it is done, and writes down each target that is said to have it. Answers the number of targets. */
  async push(kind: TrafficKind, audience: Audience, text: string): Promise<number> {
    return this.conclude(await this.begin(kind, audience, text));
  }

  /** Pushes, and answers the push's id. */
  async begin(kind: TrafficKind, audience: Audience, text: string): Promise<string> {
    const { pushId } = await this.#call<PushReport>('POST', '/v1/pushes', { audience, payload: { text } });
    this.#kinds.set(pushId, kind);
    return pushId;
  }

  async conclude(pushId: string): Promise<number> {
    const { state, failure, totals, ...report } = await until(
      () => this.#call<PushReport>('GET', `/v1/pushes/${pushId}`),
      (seen) => seen.state !== 'running',
      DONE_DEADLINE_MS,
    );
    const targets = report.targets ?? 0;
    const settled = totals.delivered + totals.offline + totals.failed;
    if (state !== 'done' || settled !== targets)
      this.problems.push(`push ${pushId} is ${failure ?? state}: ${settled} of ${targets} targets settled`);
    const ledger = this.#ledgers[this.#kinds.get(pushId)!];
    ledger.sent += targets;
    refuse(ledger, 'offline', totals.offline);
    for (const [reason, count] of Object.entries(totals.reasons)) refuse(ledger, reason, count);
    if (report.audience.type === 'everyone') this.#deliveredToAll.set(pushId, totals.delivered);
    else
      for (const clientId of await this.#delivered(pushId)) ledger.acknowledged.push(`${pushId} ${clientId}`);
    return targets;
  }

  /**
   * Writes down which clients say that they got which push: `pushId clientId`, as often as they did. `keptBack` is how often clients got
   * something again and kept it from the application: who changes its node while a push to everyone runs is counted by both.
   */
  received(names: readonly string[], keptBack = 0): void {
    const receivers = new Map<string, Set<string>>();
    for (const name of names) {
      const pushId = name.slice(0, name.indexOf(' '));
      const kind = this.#kinds.get(pushId);
      if (kind === undefined) this.problems.push(`a push that nobody asked for: ${name}`);
      else this.#ledgers[kind].received.push(name);
      receivers.set(pushId, (receivers.get(pushId) ?? new Set()).add(name));
    }
    // The nodes count a push to everyone, and name nobody: as many of its receivers as they counted are taken for those that
    // acknowledged it, and what they counted beyond its receivers was lost by someone.
    let left = keptBack;
    for (const [pushId, delivered] of this.#deliveredToAll) {
      const known = [...(receivers.get(pushId) ?? [])].slice(0, delivered);
      const beyond = delivered - known.length;
      const twice = Math.min(beyond, left);
      left -= twice;
      const nobody = Array.from({ length: beyond - twice }, (_, index) => `${pushId} somebody-${index}`);
      this.#ledgers.pushToAll.acknowledged.push(...known, ...nobody);
    }
  }

  #call<Answer>(method: 'GET' | 'POST', path: string, body?: object): Promise<Answer> {
    return this.#cluster.call<Answer>(this.#admin, method, path, body);
  }

  async #delivered(pushId: string): Promise<string[]> {
    const clientIds: string[] = [];
    let cursor: string | null = null;
    do {
      const query = new URLSearchParams({ outcome: 'delivered', limit: '1000', ...(cursor && { cursor }) });
      const page: ResultsPage = await this.#call('GET', `/v1/pushes/${pushId}/results?${query.toString()}`);
      for (const { clientId } of page.results) clientIds.push(clientId);
      cursor = page.nextCursor;
    } while (cursor !== null);
    return clientIds;
  }
}
