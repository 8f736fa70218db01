import { execFile } from 'node:child_process';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Node } from '../../lib/cluster.ts';
import type { Lab } from '../lab.ts';
import type { RawClient } from '../raw-client.ts';
import type { Findings, Scenario } from '../scenario.ts';
import { COLLECT_ON_SIGNAL } from '../../lib/garbage.ts';

const run = promisify(execFile);
const OPEN_FILES = 160;
const RESERVED_FILES = 64;
const CLIENTS = 6;
const FLOOD_MS = 4000;
const LOOK_PAUSE_MS = 20;

/** Sets the limit of a process that runs, which it does not notice. */
async function limitFiles({ process }: Node, files: number): Promise<void> {
  await run('prlimit', ['--pid', String(process.pid), `--nofile=${files}:${OPEN_FILES}`]);
}

/** Both ways to run out: those who come leave the reserve to others; those others, too, may take what there is. */
export const outOfFiles: Scenario = {
  name: 'file-descriptors-exhausted',
  what: `a push-server that may open ${OPEN_FILES} files is flooded with sockets, and once more when it may open none: the system says EMFILE`,
  expected:
    'clients are refused as openFiles before the files run out; at EMFILE they are closed unheard; both times it does not spin, its clients stay and are served, and it takes clients again afterwards',
  deadlineMs: 150_000,
  async run(lab, findings) {
    const launcher = ['prlimit', `--nofile=${OPEN_FILES}:${OPEN_FILES}`];
    const env = {
      LONGWIRE_PUSH_WEIGHT: '0.001',
      LONGWIRE_PUSH_RESERVED_FILES: String(RESERVED_FILES),
    };
    const node = await lab.cluster.start('push', 'push-small', {
      launcher,
      env,
      nodeFlags: COLLECT_ON_SIGNAL,
    });
    const clients = await Promise.all(
      Array.from({ length: CLIENTS }, (_, index) => lab.connect(`before-the-flood-${index}`, node.tcp)),
    );
    const refusals = 'longwire_connections_refused_total{reason="openFiles"';
    const mostByClients = await floodedAt(node.tcp, node, clients, findings);
    const refused = await lab.metric(node, refusals);
    findings.note(
      `${refused} of ${2 * OPEN_FILES} refused as openFiles, ${mostByClients} files open at most`,
    );
    findings.check(refused > OPEN_FILES, `${refused} were refused as openFiles`);
    findings.check(
      mostByClients < OPEN_FILES - RESERVED_FILES / 2,
      `clients took ${mostByClients} of ${OPEN_FILES} files, ${RESERVED_FILES} of which are not for them`,
    );
    findings.within('takes clients again after', await takesAgain(lab, node.tcp, performance.now()), 10_000);
    await limitFiles(node, Math.min(node.process.openFiles(), OPEN_FILES - RESERVED_FILES));
    await floodedAt(node.tcp, node, clients, findings, async () => {
      const late = lab.knock('at-emfile', node.tcp);
      findings.check(!(await late.isIn), 'a client was let in: the files have not run out');
      findings.check(late.end?.reason === 'lost', `at EMFILE a client was told ${late.end?.reason}`);
    });
    await limitFiles(node, OPEN_FILES);
    findings.within(
      'after EMFILE it takes clients again after',
      await takesAgain(lab, node.tcp, performance.now()),
      10_000,
    );
    for (const client of clients) client.close();
    node.process.kill('SIGTERM');
    const exit = await node.process.exited;
    findings.check(exit === 0, `it ended with ${exit}`);
    lab.cluster.nodes.splice(lab.cluster.nodes.indexOf(node), 1);
  },
};

/** Twice as many sockets as the node may have files, for a while. Answers how many files it had open at most. */
async function floodedAt(
  address: string,
  { process }: Node,
  clients: readonly RawClient[],
  findings: Findings,
  meanwhile: () => Promise<void> = async () => {},
): Promise<number> {
  let most = 0;
  const looking = setInterval(() => (most = Math.max(most, process.openFiles())), LOOK_PAUSE_MS);
  const sockets = await flood(address, OPEN_FILES * 2);
  try {
    const cpuBefore = process.cpuSeconds();
    const startedAtMs = performance.now();
    await sleep(FLOOD_MS);
    const busy = (process.cpuSeconds() - cpuBefore) / ((performance.now() - startedAtMs) / 1000);
    findings.note(`flooded: ${Math.round(busy * 100)} % of a core`);
    findings.check(busy < 0.6, `it spins: ${Math.round(busy * 100)} % of a core`);
    await servesItsOwn(clients, findings);
    await meanwhile();
  } finally {
    for (const socket of sockets) socket.destroy();
    clearInterval(looking);
  }
  findings.check(!process.hasExited, 'it has ended');
  return most;
}

async function servesItsOwn(clients: readonly RawClient[], findings: Findings): Promise<void> {
  for (const [index, client] of clients.entries()) {
    const to = clients[(index + 1) % clients.length]!;
    const answer = await client.send(to.clientId, Buffer.from('still here'), 11_500);
    findings.check(answer === 'DELIVERED', `a message between its clients was answered ${answer}`);
    findings.check(client.end === null, `${client.clientId} was closed with ${client.end?.reason}`);
  }
}

/** Opens so many connections, and says nothing on them. */
async function flood(address: string, count: number): Promise<Socket[]> {
  const [host, port] = address.split(':');
  return Promise.all(
    Array.from({ length: count }, async () => {
      const socket = connect(Number(port), host);
      await new Promise((resolve) => socket.once('connect', resolve).once('error', resolve));
      socket.on('error', () => undefined);
      return socket;
    }),
  );
}

async function takesAgain(lab: Lab, tcp: string, sinceMs: number): Promise<number | null> {
  for (let attempt = 0; performance.now() - sinceMs < 20_000; attempt++) {
    const client = lab.knock(`after-the-flood-${attempt}`, tcp);
    const isIn = await client.isIn;
    client.close();
    if (isIn) return performance.now() - sinceMs;
    await sleep(200);
  }
  return null;
}
