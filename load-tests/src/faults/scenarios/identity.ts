import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../lib/until.ts';
import { Latencies } from '../../lib/latencies.ts';
import type { Lab } from '../lab.ts';
import type { RawClient } from '../raw-client.ts';
import type { Findings, Scenario } from '../scenario.ts';
import { LOGIN_BAN_MS } from '../services.ts';

const PAIRS = 1000;
const PAIRS_AT_ONCE = 10;
const REPLACED_LIMIT_MS = 1000;
const REVOKED_LIMIT_MS = 2000;
const KNOCKS = 20;

interface Race {
  readonly replacedAfterMs: Latencies;
  readonly problems: string[];
}

async function connectionOf(lab: Lab, clientId: string): Promise<string | null> {
  const path = `/v1/clients/${clientId}`;
  const response = await lab.cluster.request(lab.services.admin, 'GET', path);
  if (response.status === 404) return null;
  return ((await response.json()) as { connection: string | null }).connection;
}

/** Two logins of one client at the same moment, on two nodes. */
async function race(lab: Lab, clientId: string, { replacedAfterMs, problems }: Race): Promise<void> {
  const [first, second] = lab.random.some(lab.services.pushServers, 2);
  const pair = [lab.knock(clientId, first!.tcp), lab.knock(clientId, second!.tcp)] as const;
  // Both may be let in; the loser may also be told before it was.
  await Promise.all(pair.map(({ isIn }) => isIn));
  const bothKnownAtMs = performance.now();
  const loser = await until(
    async () => pair.find(({ end }) => end !== null) ?? null,
    (found) => found !== null,
    10_000,
  );
  if (loser === null) problems.push(`${clientId}: both live on`);
  else {
    const survivor = pair[0] === loser ? pair[1] : pair[0];
    replacedAfterMs.add(Math.max(0, loser.end!.atMs - bothKnownAtMs));
    await judge(lab, loser, survivor, problems);
  }
  for (const client of pair) client.close();
}

async function judge(lab: Lab, loser: RawClient, survivor: RawClient, problems: string[]): Promise<void> {
  const { clientId } = loser;
  if (loser.end!.reason !== 'replaced') problems.push(`${clientId}: the loser was told ${loser.end!.reason}`);
  if (survivor.end !== null) return void problems.push(`${clientId}: none survived (${survivor.end.reason})`);
  const route = await connectionOf(lab, clientId);
  if (route !== survivor.connection)
    problems.push(`${clientId}: the route is ${route}, the survivor ${survivor.connection}`);
  if (survivor.end !== null) problems.push(`${clientId}: the survivor was closed later`);
}

const racingLogins: Scenario = {
  name: 'racing-logins',
  what: `${PAIRS} pairs of logins of one client on two nodes at once`,
  expected: 'each time one survives, and the route is its own; the other is closed as replaced within 1 s',
  keepsOrder: true,
  deadlineMs: 240_000,
  async run(lab, findings) {
    const result: Race = { replacedAfterMs: new Latencies(), problems: [] };
    let next = 0;
    const worker = async (): Promise<void> => {
      while (next < PAIRS) await race(lab, `race-${next++}`, result);
    };
    await Promise.all(Array.from({ length: PAIRS_AT_ONCE }, worker));
    const { replacedAfterMs, problems } = result;
    findings.note(`p99 of replaced ${(replacedAfterMs.percentile(99) / 1000).toFixed(2)} s`);
    findings.within('the slowest was replaced after', replacedAfterMs.percentile(100), REPLACED_LIMIT_MS);
    findings.check(problems.length === 0, `${problems.length} races went wrong, such as ${problems[0]}`);
  },
};

const tokenRevoked: Scenario = {
  name: 'token-revoked-live',
  what: 'the tokens of connected clients, one on each node, are revoked',
  expected: 'each is closed with tokenRevoked within 2 s, and not let in again with that token',
  keepsOrder: true,
  async run(lab, findings) {
    const { auth, pushServers } = lab.services;
    const clients = await Promise.all(
      pushServers.map(({ name, tcp }) => lab.connect(`revoked-${name}`, tcp)),
    );
    await sleep(1000);
    const times = await Promise.all(
      clients.map(async (client) => {
        const askedAtMs = performance.now();
        await lab.cluster.call(auth, 'POST', '/v1/tokens/revoke', { clientId: client.clientId });
        await Promise.race([client.closed, sleep(30_000)]);
        return { reason: client.end?.reason, ms: (client.end?.atMs ?? Infinity) - askedAtMs };
      }),
    );
    findings.within('the last was closed after', Math.max(...times.map(({ ms }) => ms)), REVOKED_LIMIT_MS);
    for (const { reason } of times)
      findings.check(reason === 'tokenRevoked', `one was closed with ${reason}`);
    for (const client of clients) await refusedAgain(lab, client, findings);
  },
};

async function refusedAgain(lab: Lab, { clientId, token }: RawClient, findings: Findings): Promise<void> {
  for (const { name, tcp } of lab.services.pushServers) {
    const again = lab.knock(clientId, tcp, token);
    const isIn = await again.isIn;
    findings.check(!isIn, `${clientId} was let in again at ${name}`);
    if (!isIn) {
      const { reason } = await again.closed;
      findings.check(reason === 'tokenRevoked', `${clientId} was refused with ${reason} at ${name}`);
    }
    again.close();
  }
}

const flappingClient: Scenario = {
  name: 'flapping-client',
  what: `one client logs in ${KNOCKS} times in a row`,
  expected:
    'it is refused as reconnectingTooOften with the rest of its ban, and let in when that is over; nobody else is',
  keepsOrder: true,
  async run(lab, findings) {
    const { tcp } = lab.pushServer('push-1');
    let refused = 0;
    let waitMs = 0;
    for (let number = 0; number < KNOCKS; number++) {
      const client = lab.knock('flapper', tcp);
      if (!(await client.isIn)) {
        const { reason, retryAfterMs } = await client.closed;
        findings.check(reason === 'reconnectingTooOften', `it was refused with ${reason}`);
        findings.check(
          retryAfterMs > 0 && retryAfterMs <= LOGIN_BAN_MS,
          `the ban was told as ${retryAfterMs} ms`,
        );
        waitMs = retryAfterMs;
        refused++;
      }
      client.close();
      await client.closed;
    }
    findings.note(`${refused} of ${KNOCKS} logins were refused`);
    findings.check(refused > 0, 'it was never refused');
    (await lab.connect('calm', tcp)).close();
    await sleep(waitMs + 500);
    (await lab.connect('flapper', tcp)).close();
  },
};

export const identityScenarios: readonly Scenario[] = [racingLogins, tokenRevoked, flappingClient];
