import { trafficKinds, type Totals, type TrafficKind } from '../traffic/ledger.ts';
import type { Online } from '../traffic/online-count.ts';

export interface DemoReport {
  readonly clients: number;
  readonly traffic: Readonly<Record<TrafficKind, Totals>>;
  readonly duplicatesOnTheWire: number;
  /** Upstream messages in MySQL, by kind. */
  readonly rows: Readonly<Record<string, number>>;
  readonly online: {
    readonly before: Online;
    readonly afterKill: Online;
    /** With the largest drift while the clients came back. */
    readonly worst: Online;
    readonly atEnd: Online;
  };
  readonly killed: {
    readonly nodeId: string;
    readonly clients: number;
    /** How many of them came back, and how long they were away. */
    readonly back: number;
    readonly p50Ms: number;
    readonly maxMs: number;
  };
  readonly chat: { readonly exit: number | string; readonly lastLine: string };
  /** Reports that the example device was told were accepted, and their rows in MySQL. */
  readonly device: { readonly accepted: number; readonly rows: number };
  readonly waitingAtEnd: number;
  readonly expectedOnlineAtEnd: number;
  readonly problems: readonly string[];
  readonly seconds: number;
}

const titles: Record<TrafficKind, string> = {
  upstream: 'upstream',
  clientToClient: 'client to client',
  pushToAll: 'push to all',
  pushToList: 'push to a list',
  pushToNew: 'push to the newly registered',
};

/** What is wrong, a sentence for each; empty when the cluster kept its word. */
export function failuresOf(report: DemoReport): string[] {
  const { killed, online, chat, device } = report;
  const failures = trafficKinds.flatMap((kind) => failuresOfTraffic(titles[kind], report.traffic[kind]));
  const check = (isGood: boolean, otherwise: string): void => {
    if (!isGood) failures.push(otherwise);
  };
  check(killed.clients > 0, `${killed.nodeId} was killed without a client`);
  check(
    killed.back === killed.clients,
    `${killed.clients - killed.back} clients of ${killed.nodeId} did not come back`,
  );
  check(online.atEnd.drift === 0, `drift at the end: ${online.atEnd.drift}`);
  check(
    online.atEnd.byDirectory === report.expectedOnlineAtEnd,
    `online at the end: ${online.atEnd.byDirectory} by Redis, and ${report.expectedOnlineAtEnd} clients are connected`,
  );
  check(report.waitingAtEnd === 0, `outboxes: ${report.waitingAtEnd} messages were never answered`);
  check(chat.exit === 0, `chat pair: ${chat.lastLine} (${chat.exit})`);
  check(
    device.accepted > 0 && device.rows >= device.accepted,
    `device: ${device.accepted} reports accepted, ${device.rows} in MySQL`,
  );
  return [...failures, ...report.problems];
}

function failuresOfTraffic(title: string, totals: Totals): string[] {
  const failures = [];
  const { acknowledged, lost, duplicates } = totals;
  if (acknowledged === 0) failures.push(`${title}: nothing was acknowledged`);
  if (lost > 0) failures.push(`${title}: lost ${lost}, among them ${totals.lostExamples.join(', ')}`);
  if (duplicates > 0) failures.push(`${title}: ${duplicates} came twice`);
  return failures;
}

/** The report for people. */
export function tableOf(report: DemoReport): string {
  const { traffic, rows, online, killed, device } = report;
  const columns = ['sent', 'acknowledged', 'refused', 'received', 'duplicates', 'lost'];
  const line = (title: string, cells: readonly (string | number)[]): string =>
    title.padEnd(30) + cells.map((cell) => String(cell).padStart(13)).join('');
  const trafficLines = trafficKinds.map((kind) => {
    const { sent, acknowledged, refused, received, duplicates, lost } = traffic[kind];
    return line(titles[kind], [sent, acknowledged, sum(refused), received, duplicates, lost]);
  });
  const refusals = trafficKinds.flatMap((kind) => {
    const reasons = Object.entries(traffic[kind].refused).map(([why, count]) => `${count} ${why}`);
    return reasons.length === 0 ? [] : [`  ${titles[kind]}, refused and said so: ${reasons.join(', ')}`];
  });
  const onlineLine = (title: string, { byNodes, byDirectory, drift }: Online): string =>
    line(title, [byNodes, byDirectory, drift]);
  return [
    line('', columns),
    ...trafficLines,
    ...refusals,
    `  on the wire ${report.duplicatesOnTheWire} duplicates came, which the SDK kept from the application`,
    '',
    line('rows in MySQL', Object.keys(rows).toSorted()),
    line(
      '',
      Object.entries(rows)
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([, count]) => count),
    ),
    `  the device was told of ${device.accepted} accepted reports`,
    '',
    line('online', ['by nodes', 'by Redis', 'drift']),
    onlineLine('before the kill', online.before),
    onlineLine('right after it', online.afterKill),
    onlineLine('at most apart after it', online.worst),
    onlineLine('at the end', online.atEnd),
    '',
    `${killed.back} of the ${killed.clients} clients of ${killed.nodeId} came back: ` +
      `p50 ${seconds(killed.p50Ms)}, slowest ${seconds(killed.maxMs)}`,
    `chat pair: ${report.chat.lastLine}`,
    `the run took ${report.seconds.toFixed(0)} s`,
  ].join('\n');
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
