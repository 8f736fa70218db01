import { setTimeout as sleep } from 'node:timers/promises';
import { backendKinds, type BackendKind } from '../doors.ts';
import type { Lab } from '../lab.ts';
import type { FaultProxy } from '../proxy.ts';
import type { Findings, Scenario } from '../scenario.ts';

interface Mode {
  readonly what: string;
  /** Whether /readyz must say so; a slow backend answers, and a cut one may by chance. */
  readonly isSeen: boolean;
  begin(proxy: FaultProxy, lab: Lab): void | Promise<void>;
}

const WARM_UP_MS = 2000;
const FAULT_MS = 12_000;
const AFTER_MS = 3000;
const READY_LIMIT_MS = 10_000;
const LATENCY_MS = 500;

const modes: Readonly<Record<'down' | 'silent' | 'slow' | 'cut', Mode>> = {
  down: { what: 'refuses and closes', isSeen: true, begin: (proxy) => proxy.down() },
  silent: { what: 'accepts and never answers', isSeen: true, begin: (proxy) => proxy.blackhole() },
  slow: {
    what: `answers ${LATENCY_MS} ms later`,
    isSeen: false,
    begin: (proxy) => proxy.latency({ toClientMs: LATENCY_MS }),
  },
  cut: {
    what: 'is cut in mid-frame, over and over',
    isSeen: false,
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
  await sleep(WARM_UP_MS);
  const brokenAtMs = performance.now();
  await mode.begin(proxy, lab);
  if (mode.isSeen) {
    const dependents = lab.dependentsOf(kind);
    const unreadyMs = await lab.ready.all(dependents, 503, brokenAtMs, READY_LIMIT_MS);
    if (unreadyMs === null) {
      const ready = dependents.filter((name) => lab.ready.status(name) !== 503);
      findings.check(false, `/readyz is not 503: ${ready.join(', ')}`);
    }
    findings.within('/readyz 503 after', unreadyMs, READY_LIMIT_MS);
  }
  await sleep(Math.max(0, brokenAtMs + FAULT_MS - performance.now()));
  const healedAtMs = performance.now();
  await proxy.heal();
  const readyMs = await lab.ready.all(lab.names, 200, healedAtMs, READY_LIMIT_MS);
  findings.within('healed, 200 after', readyMs, READY_LIMIT_MS);
  await sleep(AFTER_MS);
  if (kind === 'kafka' && mode.isSeen) {
    const retries = lab.probes.reduce((sum, { answers }) => sum + (answers['publish RETRY'] ?? 0), 0);
    findings.check(retries > 0, 'no publish was answered RETRY');
  }
}

/** Each backend, away in each way. */
export const backendScenarios: readonly Scenario[] = backendKinds.flatMap((kind) =>
  Object.entries(modes).map(([name, mode]) => ({
    name: `${kind}-${name}`,
    what: `${titles[kind]} ${mode.what} for ${FAULT_MS / 1000} s`,
    expected:
      'nobody loses a connection; every call settles by its deadline; ' +
      (mode.isSeen ? '/readyz 503 within 10 s and ' : '') +
      '200 within 10 s of healing' +
      (kind === 'kafka' && mode.isSeen ? '; publishes answered RETRY' : ''),
    keepsOrder: kind === 'kafka' || kind === 'mysql',
    run: (lab, findings) => run(kind, mode, lab, findings),
  })),
);
