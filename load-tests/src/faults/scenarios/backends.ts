import { setTimeout as sleep } from 'node:timers/promises';
import { worksAgain } from '../afterwards.ts';
import { backendKinds, type BackendKind } from '../doors.ts';
import { Flood, FLOOD_BYTES } from '../flood.ts';
import type { Lab } from '../lab.ts';
import type { FaultProxy } from '../proxy.ts';
import type { Findings, Scenario } from '../scenario.ts';
import { MAX_QUEUED_RECORDS } from '../services.ts';
import { Vitals } from '../vitals.ts';

interface Mode {
  readonly what: string;
  /**
   * What /readyz of those that need the backend must say meanwhile: 503 once it was seen, 200 all the time, or either, for a
   * connection that is cut may be good for one question.
   */
  readonly ready: 503 | 200 | 'either';
  begin(proxy: FaultProxy, lab: Lab): void | Promise<void>;
}

const WARM_UP_MS = 2000;
const FAULT_MS = 12_000;
const AFTER_MS = 1000;
const READY_LIMIT_MS = 10_000;
const AGAIN_LIMIT_MS = 10_000;
const LATENCY_MS = 500;
/** Of a record in the queue to Kafka, beside its payload. */
const RECORD_OVERHEAD_BYTES = 1024;

const modes: Readonly<Record<'down' | 'silent' | 'slow' | 'cut', Mode>> = {
  down: { what: 'refuses and closes', ready: 503, begin: (proxy) => proxy.down() },
  silent: { what: 'accepts and never answers', ready: 503, begin: (proxy) => proxy.blackhole() },
  slow: {
    what: `answers ${LATENCY_MS} ms later`,
    ready: 200,
    begin: (proxy) => proxy.latency({ toClientMs: LATENCY_MS }),
  },
  cut: {
    what: 'is cut in mid-frame, over and over',
    ready: 'either',
    begin: (proxy, { random }) => proxy.cut(() => random.between(10, 2000)),
  },
};

const titles: Readonly<Record<BackendKind, string>> = {
  redis: 'Redis',
  zookeeper: 'ZooKeeper',
  kafka: 'Kafka',
  mysql: 'MySQL',
};

async function run(kind: BackendKind, mode: Mode, lab: Lab, findings: Findings): Promise<void> {
  const proxy = lab.doors.proxies[kind];
  const isAway = mode.ready === 503;
  const flood = isAway && kind === 'kafka' ? await Flood.prepare(lab, lab.pushServer('push-1')) : null;
  await sleep(WARM_UP_MS);
  const vitals = await Vitals.take(lab.cluster);
  const brokenAtMs = performance.now();
  await mode.begin(proxy, lab);
  flood?.start();
  const seenAtMs = isAway ? await seen(kind, brokenAtMs, lab, findings) : brokenAtMs;
  await sleep(Math.max(0, brokenAtMs + FAULT_MS - performance.now()));
  // With all that has piled up.
  const { failures, growthBytes } = await vitals.compare(0, 0);
  for (const failure of failures) findings.check(false, `meanwhile ${failure}`);
  findings.details.push(`memory held meanwhile: +${Math.round(growthBytes / 1048576)} MB at most`);
  judgeHealth(lab, findings, { kind, mode, brokenAtMs, seenAtMs });
  const flooded = flood?.stop();
  const healedAtMs = performance.now();
  await proxy.heal();
  const readyMs = await lab.ready.all(lab.names, 200, healedAtMs, READY_LIMIT_MS);
  findings.within('healed, 200 after', readyMs, READY_LIMIT_MS);
  await worksAgain(lab, findings, healedAtMs, AGAIN_LIMIT_MS);
  await flooded;
  if (flood !== null) judgeFlood(flood, mode, findings);
  await sleep(AFTER_MS);
}

/** Answers when all that need the backend had said so. */
async function seen(kind: BackendKind, brokenAtMs: number, lab: Lab, findings: Findings): Promise<number> {
  const dependents = lab.dependentsOf(kind);
  const unreadyMs = await lab.ready.all(dependents, 503, brokenAtMs, READY_LIMIT_MS);
  if (unreadyMs === null) {
    const ready = dependents.filter((name) => lab.ready.status(name) !== 503);
    findings.check(false, `/readyz is not 503: ${ready.join(', ')}`);
  }
  findings.within('/readyz 503 after', unreadyMs, READY_LIMIT_MS);
  return performance.now();
}

interface Fault {
  readonly kind: BackendKind;
  readonly mode: Mode;
  readonly brokenAtMs: number;
  /** From here on /readyz must tell it. */
  readonly seenAtMs: number;
}

/** What every node said of itself during the fault: who does not need the backend stays ready, and all stay alive. */
function judgeHealth(lab: Lab, findings: Findings, { kind, mode, brokenAtMs, seenAtMs }: Fault): void {
  const dependents = lab.dependentsOf(kind);
  const nowMs = performance.now();
  for (const name of lab.names) {
    const isDependent = dependents.includes(name);
    const right = !isDependent ? [200] : mode.ready === 'either' ? [200, 503] : [mode.ready];
    const said = lab.ready.between(name, isDependent ? seenAtMs : brokenAtMs, nowMs);
    const wrong = said.filter(({ status }) => !right.includes(status)).map(({ status }) => status);
    findings.check(said.length > 0, `${name} was not asked meanwhile`);
    findings.check(
      wrong.length === 0,
      `/readyz of ${name} was ${[...new Set(wrong)].join(', ')} meanwhile, ${wrong.length} of ${said.length} times; right is ${right.join(' or ')}`,
    );
    const dead = lab.ready.between(name, brokenAtMs, nowMs).filter(({ liveStatus }) => liveStatus !== 200);
    findings.check(dead.length === 0, `/livez of ${name} was not 200, ${dead.length} times`);
  }
}

/** Much more came than the queue to Kafka holds: it was full and no fuller, and the rest was told to come again. */
function judgeFlood(flood: Flood, mode: Mode, findings: Findings): void {
  const { mostRecords, mostBytes, answers, retries, closes } = flood;
  const full = flood.said('is full');
  const bytes = `${Math.round(mostBytes / 1024)} KiB`;
  findings.note(
    `queue to Kafka at most ${mostRecords} records, ${bytes}; ${answers} large publishes, ${full} refused as it was full`,
  );
  findings.check(mostRecords <= MAX_QUEUED_RECORDS, `the queue to Kafka held ${mostRecords} records`);
  const maxBytes = MAX_QUEUED_RECORDS * (FLOOD_BYTES + RECORD_OVERHEAD_BYTES);
  findings.check(mostBytes <= maxBytes, `the queue to Kafka held ${bytes}`);
  findings.check(retries > 0, 'no publish was answered RETRY');
  findings.check(closes.length === 0, `clients of the flood were closed: ${closes.join(', ')}`);
  // One that refuses is known to be away at once: what comes then is refused before it is in the queue.
  if (mode === modes.silent)
    findings.check(full > 0 && mostRecords === MAX_QUEUED_RECORDS, 'the queue to Kafka was never full');
}

function expectedOf(kind: BackendKind, { ready }: Mode): string {
  const readiness = {
    503: '/readyz of those that need it 503 within 10 s until it is healed',
    200: '/readyz 200 all the time',
    either: '/readyz of those that need it 200 or 503',
  };
  return [
    'nobody loses a connection; every call settles by its deadline',
    `${readiness[ready]}, the others 200, /livez 200`,
    'memory flat meanwhile; 10 s after healing /readyz is 200 and sign-in, login, publish, send and push work',
    ...(kind === 'kafka' && ready === 503
      ? ['publishes answered RETRY, and its queue never above its bound in a flood of large ones']
      : []),
  ].join('; ');
}

/** Without Kafka publishes are sent again, and without Redis sends are. */
function orderOf(kind: BackendKind, { ready }: Mode): Scenario['keepsOrder'] {
  if (ready === 200) return true;
  if (kind === 'kafka') return 'between clients';
  return kind === 'redis' ? 'upstream' : true;
}

/** Each backend, away in each way. */
export const backendScenarios: readonly Scenario[] = backendKinds.flatMap((kind) =>
  Object.entries(modes).map(([name, mode]) => ({
    name: `${kind}-${name}`,
    what: `${titles[kind]} ${mode.what} for ${FAULT_MS / 1000} s`,
    expected: expectedOf(kind, mode),
    keepsOrder: orderOf(kind, mode),
    run: (lab, findings) => run(kind, mode, lab, findings),
  })),
);
