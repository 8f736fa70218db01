import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { allBack } from '../comeback.ts';
import { SESSION_TIMEOUT_MS } from '../services.ts';
import type { Lab } from '../lab.ts';
import type { Scenario } from '../scenario.ts';

const WARM_UP_MS = 2000;
const SHORT_MS = 3000;
const LONG_MS = SESSION_TIMEOUT_MS + 9000;
const BLOCK_MS = 2000;

/** Signals that stop and go on, as a virtual machine that is moved. */
async function pause(lab: Lab, name: string, ms: number): Promise<void> {
  const { process } = lab.pushServer(name);
  process.kill('SIGSTOP');
  await sleep(ms);
  process.kill('SIGCONT');
}

async function bootOf(lab: Lab, nodeId: string): Promise<string | undefined> {
  return (await lab.nodes()).find((node) => node.nodeId === nodeId && node.presence === 'full')?.boot;
}

const pausedShort: Scenario = {
  name: 'push-server-paused-short',
  what: `a push-server does not run for ${SHORT_MS / 1000} s, less than its ZooKeeper session`,
  expected: 'nobody loses a connection, the node goes on as the same; what piled up is served',
  async run(lab, findings) {
    await sleep(WARM_UP_MS);
    const before = await bootOf(lab, 'push-2');
    await pause(lab, 'push-2', SHORT_MS);
    const awakeAtMs = performance.now();
    findings.within('ready after', await lab.ready.all(['push-2'], 200, awakeAtMs, 10_000), 10_000);
    findings.check((await bootOf(lab, 'push-2')) === before, 'it took itself for another one');
  },
};

const pausedLong: Scenario = {
  name: 'push-server-paused-long',
  what: `a push-server does not run for ${LONG_MS / 1000} s; its ZooKeeper session lasts ${SESSION_TIMEOUT_MS / 1000} s`,
  expected:
    'awake it closes its clients with goElsewhere before it answers any of them, joins anew under another boot; all are back within 60 s',
  // Who is sent away while it sleeps hears of it when it wakes; the SDK itself does not wait that long.
  mayDrop: { nodes: ['push-2'], reasons: ['goElsewhere', 'lost'] },
  deadlineMs: 150_000,
  async run(lab, findings) {
    await sleep(WARM_UP_MS);
    const before = await bootOf(lab, 'push-2');
    const { tcp } = lab.pushServer('push-2');
    const [one, other] = await Promise.all([lab.connect('sleeper-1', tcp), lab.connect('sleeper-2', tcp)]);
    const pausedAt = Date.now();
    const paused = pause(lab, 'push-2', LONG_MS);
    await sleep(1000);
    // These wait in the node's sockets until it wakes.
    void one.publish('probe', LONG_MS * 2);
    void one.send('sleeper-2', Buffer.from('hello'), LONG_MS * 2);
    void other.send('sleeper-1', Buffer.from('hello'), LONG_MS * 2);
    await paused;
    const awakeAtMs = performance.now();
    const ends = await Promise.all([one.closed, other.closed]);
    findings.within(
      'clients closed after waking',
      Math.max(...ends.map(({ atMs }) => atMs)) - awakeAtMs,
      2000,
    );
    for (const { reason } of ends)
      findings.check(reason === 'goElsewhere', `a client was closed with ${reason}`);
    const served = [one, other].flatMap(({ answers, delivered }) => [...answers, ...delivered]);
    findings.check(served.length === 0, `served before it fenced: ${served.join(', ')}`);
    findings.within('ready after', await lab.ready.all(['push-2'], 200, awakeAtMs, 30_000), 30_000);
    const after = await bootOf(lab, 'push-2');
    findings.check(after !== undefined && after !== before, 'its boot is the one from before');
    const outage = await allBack(lab, findings, pausedAt);
    findings.within('all are back after', outage.maxMs, 60_000);
  },
};

const eventLoopBlocked: Scenario = {
  name: 'event-loop-blocked',
  what: `business code blocks a push-server for ${BLOCK_MS / 1000} s`,
  expected:
    'logins meanwhile are refused as overloaded with a retry_after; nobody else is closed; afterwards it takes logins',
  prepare: async () => ({
    env: { LONGWIRE_PUSH_HANDLER_MODULES: join(import.meta.dirname, '../blocking-handler.ts') },
  }),
  async run(lab, findings) {
    await sleep(WARM_UP_MS);
    const { tcp } = lab.pushServer('push-1');
    const blocker = await lab.connect('blocker', tcp);
    const blocked = blocker.publish('block', 10_000);
    await sleep(300);
    const knocking = Array.from({ length: 10 }, (_, index) => lab.knock(`late-${index}`, tcp));
    findings.check((await blocked) === 'ACCEPTED', 'the handler did not end');
    const results = await Promise.all(
      knocking.map(async (client) => ((await client.isIn) ? null : await client.closed)),
    );
    const refused = results.filter((end) => end?.reason === 'overloaded' && end.retryAfterMs > 0).length;
    findings.note(`${refused} of ${results.length} logins were refused as overloaded`);
    findings.check(
      refused > 0,
      `logins were answered ${results.map((end) => end?.reason ?? 'in').join(', ')}`,
    );
    for (const client of [...knocking, blocker]) client.close();
    await sleep(1000);
    (await lab.connect('late-again', tcp)).close();
  },
};

export const pauseScenarios: readonly Scenario[] = [pausedShort, pausedLong, eventLoopBlocked];
