/**
 * `npm run demo`: a whole cluster on real backends, in separate processes, that loses a push-server under traffic. Compares
 * message by message what was acknowledged with what arrived, and ends with 0 only if nothing was lost.
 *
 *   npm run demo -- [--clients 300] [--seconds 55] [--rate 400] [--json]
 */
import { parseArgs } from 'node:util';
import { Cluster } from '../lib/cluster.ts';
import { wholeNumber } from '../lib/whole-number.ts';
import { failuresOf, tableOf } from './report.ts';
import { runScenario } from './scenario.ts';

const { values: flags } = parseArgs({
  options: {
    clients: { type: 'string' },
    seconds: { type: 'string' },
    /** Messages a second over all clients; left out: 4 for every 3 clients. */
    rate: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const FIRST_PORT = 17_400;
/** Starting, answering and storing may take so long beside the traffic; it is far beyond what is usual. */
const GRACE_MS = 300_000;
const MOST = 999_999;

const startedAtMs = performance.now();

/** Progress is for people; with --json standard output holds the one object alone. */
function say(line: string): void {
  const elapsed = ((performance.now() - startedAtMs) / 1000).toFixed(1).padStart(6);
  (flags.json ? console.error : console.log)(`${elapsed} s  ${line}`);
}

/** Ends the run on Ctrl-C, or when its time is up. */
function watch(deadlineMs: number): AbortSignal {
  const end = new AbortController();
  const abort = (why: string): void => end.abort(new Error(why));
  setTimeout(() => abort(`not done within ${deadlineMs / 1000} s`), deadlineMs).unref();
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => abort(`ended by ${signal}`));
  return end.signal;
}

async function demo(): Promise<void> {
  const clients = wholeNumber('clients', flags.clients, 300, { least: 10, most: MOST });
  const trafficSeconds = wholeNumber('seconds', flags.seconds, 55, { least: 5, most: MOST });
  const usualRate = Math.round((clients * 4) / 3);
  const messagesPerSecond = wholeNumber('rate', flags.rate, usualRate, { most: MOST });
  const end = watch(trafficSeconds * 1000 + GRACE_MS);
  say('starting Redis, ZooKeeper, Kafka and MariaDB, all of them empty');
  const cluster = await Cluster.create('demo', FIRST_PORT);
  try {
    end.throwIfAborted();
    const aborted = new Promise<never>((_, reject) =>
      end.addEventListener('abort', () => reject(end.reason as Error)),
    );
    const options = { clients, trafficSeconds, messagesPerSecond, say };
    const report = await Promise.race([runScenario(cluster, options), aborted]);
    const failures = failuresOf(report);
    if (flags.json) console.log(JSON.stringify({ ok: failures.length === 0, failures, ...report }));
    else console.log(`\n${tableOf(report)}\n`);
    for (const failure of failures) console.error(`FAILED  ${failure}`);
    if (failures.length > 0) process.exitCode = 1;
    else say(`nothing that was acknowledged was lost; logs are in ${cluster.folder}`);
  } finally {
    say('ending everything');
    await cluster.stop();
  }
}

await demo().then(
  () => process.exit(),
  (error: Error) => {
    console.error(error.message);
    process.exit(1);
  },
);
