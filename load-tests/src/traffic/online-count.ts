import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster, Node } from '../lib/cluster.ts';
import { until } from '../lib/until.ts';

/** How many clients are online by the push-servers' reports and by the routes in Redis, and how far the two are apart. */
export interface Online {
  readonly byNodes: number;
  readonly byDirectory: number;
  readonly drift: number;
}

const SETTLE_DEADLINE_MS = 45_000;
const INTERVAL_MS = 500;

/** Counts through the admin-platform. */
export class OnlineCount {
  readonly #cluster: Cluster;
  readonly #admin: Node;

  constructor(cluster: Cluster, admin: Node) {
    this.#cluster = cluster;
    this.#admin = admin;
  }

  now(): Promise<Online> {
    return this.#cluster.call<Online>(this.#admin, 'GET', '/v1/online');
  }

  /** The nodes report every two seconds: when nobody comes or goes, both counts come to the expected number. */
  settled(expected: number): Promise<Online> {
    return until(
      () => this.now(),
      ({ drift, byDirectory }) => drift === 0 && byDirectory === expected,
      SETTLE_DEADLINE_MS,
    );
  }

  /** The largest drift until a time of `performance.now()`: a dead node's report stands for some seconds beside those of its heirs. */
  async worstUntil(timeMs: number): Promise<Online> {
    let worst = await this.now();
    while (performance.now() < timeMs) {
      await sleep(INTERVAL_MS);
      const online = await this.now();
      if (online.drift > worst.drift) worst = online;
    }
    return worst;
  }
}
