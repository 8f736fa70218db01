import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../lib/until.ts';
import type { Lab } from './lab.ts';
import type { RawClient } from './raw-client.ts';
import type { Findings } from './scenario.ts';

const KIND = 'afterwards';
const KNOCK_PAUSE_MS = 300;
let lastNumber = 0;

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
    const steps: Readonly<Record<string, () => Promise<boolean>>> = {
      'a sign-in': async () => (await lab.signIn()).status === 200,
      'a publish that reaches MySQL': publishing(lab, one),
      'a send between nodes': async () =>
        (await other.send(one.clientId, Buffer.from('again'), remaining(deadlineMs))) === 'DELIVERED',
      'a push': () => pushed(lab, other, deadlineMs),
    };
    const undone = await Promise.all(
      Object.entries(steps).map(async ([title, step]) => {
        const isDone = await until(() => step().catch(() => false), Boolean, remaining(deadlineMs));
        return isDone ? [] : [title];
      }),
    );
    const missing = undone.flat().join(', ');
    findings.check(missing === '', `afterwards, within ${limitMs / 1000} s, there was not: ${missing}`);
    if (missing === '')
      findings.details.push(`all works again after ${((performance.now() - sinceMs) / 1000).toFixed(1)} s`);
  }
  one?.close();
  other?.close();
}

/** The step is done once its last publish was accepted and its row is there. */
function publishing(lab: Lab, client: RawClient): () => Promise<boolean> {
  let tries = 0;
  let accepted = '';
  return async () => {
    if (accepted === '') {
      tries++;
      if ((await client.publish(KIND, 6000)) !== 'ACCEPTED') return false;
      accepted = `${client.clientId} r${tries}`;
    }
    return (await lab.rows.names(KIND)).includes(accepted);
  };
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
