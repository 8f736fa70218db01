import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../lib/until.ts';
import type { Lab } from './lab.ts';
import type { RawClient } from './raw-client.ts';
import type { Findings } from './scenario.ts';

const KIND = 'afterwards';
const KNOCK_PAUSE_MS = 300;
const PUBLISH_LIMIT_MS = 6000;
/** So much longer a row may take: Kafka waits as long for a consumer that was cut off before it lets the next one read. */
const REJOIN_MS = 10_000;
let lastNumber = 0;

interface Step {
  readonly title: string;
  readonly act: () => Promise<boolean>;
  readonly moreMs?: number;
}

/**
 * Checks that everything works again, without a restart, by clients who have done nothing before: two log in on two nodes, one signs in,
 * a publish is accepted and stands in MySQL, a send between the nodes and a push are delivered. Times are of performance.now().
 */
export async function worksAgain(
  lab: Lab,
  findings: Findings,
  sinceMs: number,
  limitMs: number,
): Promise<void> {
  const deadlineMs = sinceMs + limitMs;
  const [first, second] = lab.services.pushServers;
  const [one, other] = await Promise.all([
    letIn(lab, first!.tcp, deadlineMs),
    letIn(lab, second!.tcp, deadlineMs),
  ]);
  if (one === null || other === null) {
    findings.check(false, `afterwards: nobody was let in at ${one === null ? first!.name : second!.name}`);
  } else {
    const publishing = new Publishing(lab, one);
    const steps: readonly Step[] = [
      { title: 'a sign-in', act: async () => (await lab.signIn()).status === 200 },
      { title: 'a publish', act: () => publishing.publish() },
      { title: 'its row in MySQL', act: () => publishing.isWritten(), moreMs: REJOIN_MS },
      {
        title: 'a send between nodes',
        act: async () =>
          (await other.send(one.clientId, Buffer.from('again'), remaining(deadlineMs))) === 'DELIVERED',
      },
      { title: 'a push', act: () => pushed(lab, other, deadlineMs) },
    ];
    const results = await Promise.all(
      steps.map(async ({ title, act, moreMs = 0 }) => {
        const isDone = await until(() => act().catch(() => false), Boolean, remaining(deadlineMs) + moreMs);
        return { title, isDone, tookMs: performance.now() - sinceMs };
      }),
    );
    const missing = results.filter(({ isDone }) => !isDone).map(({ title }) => title);
    findings.check(
      missing.length === 0,
      `afterwards, within ${limitMs / 1000} s, there was not: ${missing.join(', ')}`,
    );
    const done = results.filter(({ isDone }) => isDone);
    findings.details.push(
      `works again: ${done.map(({ title, tookMs }) => `${title} after ${(tookMs / 1000).toFixed(1)} s`).join(', ')}`,
    );
  }
  one?.close();
  other?.close();
}

/** Publishes until one is accepted, and looks for that one. */
class Publishing {
  readonly #lab: Lab;
  readonly #client: RawClient;
  #tries = 0;
  #accepted: string | null = null;

  constructor(lab: Lab, client: RawClient) {
    this.#lab = lab;
    this.#client = client;
  }

  async publish(): Promise<boolean> {
    const name = `${this.#client.clientId} r${++this.#tries}`;
    const isAccepted = (await this.#client.publish(KIND, PUBLISH_LIMIT_MS)) === 'ACCEPTED';
    if (isAccepted) this.#accepted = name;
    return isAccepted;
  }

  async isWritten(): Promise<boolean> {
    return this.#accepted !== null && (await this.#lab.rows.names(KIND)).includes(this.#accepted);
  }
}

/** Said to be delivered, and by the client, too. */
async function pushed(lab: Lab, client: RawClient, deadlineMs: number): Promise<boolean> {
  const pushId = await lab.push([client.clientId]);
  const { state, totals } = await until(
    () => lab.pushReport(pushId),
    (report) => report.state !== 'running',
    remaining(deadlineMs),
  );
  const hasIt = [...client.pushes].some((name) => name.startsWith(`${pushId} `));
  return state === 'done' && totals.delivered === 1 && hasIt;
}

/** One that is refused comes again: a node may take no more just now. */
async function letIn(lab: Lab, tcp: string, deadlineMs: number): Promise<RawClient | null> {
  while (remaining(deadlineMs) > 0) {
    const client = lab.knock(`${KIND}-${++lastNumber}`, tcp);
    if (await Promise.race([client.isIn, sleep(remaining(deadlineMs), false)])) return client;
    client.close();
    await sleep(KNOCK_PAUSE_MS);
  }
  return null;
}

function remaining(deadlineMs: number): number {
  return Math.max(0, deadlineMs - performance.now());
}
