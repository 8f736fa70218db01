import { merge, type Histogram } from './histogram.ts';

type Counts = Readonly<Record<string, number>>;

/** What one process of clients, or all of them together, say of themselves: counts since the last reset. See load-tests/native. */
export interface ClientCounts {
  readonly clients: number;
  readonly connected: number;
  readonly connecting: number;
  readonly logins: number;
  readonly loginFailures: number;
  /** When a login was answered first and last, in microseconds of CLOCK_MONOTONIC; 0: none was. */
  readonly firstLoginUs: number;
  readonly lastLoginUs: number;
  /** Connections that could not be opened, by the name of the error. */
  readonly failures: Counts;
  /** Connections that ended, by the name of the server's close code, `lost` without one. */
  readonly closed: Counts;
  readonly reconnects: number;
  readonly delivered: number;
  /** Without a marker: nothing is known of them. */
  readonly unmarked: number;
  readonly duplicates: number;
  /** Sequence numbers that were skipped. */
  readonly gaps: number;
  /** The last sequence number of a broadcast that a client has, of the one that is furthest behind. */
  readonly lastBroadcast: { readonly min: number };
  readonly acknowledged: number;
  readonly sent: number;
  /** By status number. */
  readonly sendAnswers: Counts;
  readonly sendsOpen: number;
  /** Not sent yet: not due, or held back because the client is away or has as many open as the server takes. */
  readonly sendsWaiting: number;
  readonly published: number;
  readonly publishAnswers: Counts;
  readonly publishesOpen: number;
  readonly publishesWaiting: number;
  readonly pings: number;
  readonly pongs: number;
  readonly pingsOpen: number;
}

/** With how long things took. */
export interface ClientStats extends ClientCounts {
  readonly histograms: Readonly<Record<'login' | 'deliver' | 'send' | 'publish', Histogram>>;
}

/** All together. */
export function together(all: readonly ClientStats[]): ClientStats {
  const histogram = (name: keyof ClientStats['histograms']): Histogram =>
    merge(all.map(({ histograms }) => histograms[name]));
  return {
    ...countsTogether(all),
    histograms: {
      login: histogram('login'),
      deliver: histogram('deliver'),
      send: histogram('send'),
      publish: histogram('publish'),
    },
  };
}

export function countsTogether(all: readonly ClientCounts[]): ClientCounts {
  const sum = (of: (counts: ClientCounts) => number): number =>
    all.reduce((total, one) => total + of(one), 0);
  const withLogins = all.filter(({ firstLoginUs }) => firstLoginUs > 0);
  return {
    clients: sum(({ clients }) => clients),
    connected: sum(({ connected }) => connected),
    connecting: sum(({ connecting }) => connecting),
    logins: sum(({ logins }) => logins),
    loginFailures: sum(({ loginFailures }) => loginFailures),
    firstLoginUs:
      withLogins.length === 0 ? 0 : Math.min(...withLogins.map(({ firstLoginUs }) => firstLoginUs)),
    lastLoginUs: Math.max(...all.map(({ lastLoginUs }) => lastLoginUs)),
    failures: sumCounts(all.map(({ failures }) => failures)),
    closed: sumCounts(all.map(({ closed }) => closed)),
    reconnects: sum(({ reconnects }) => reconnects),
    delivered: sum(({ delivered }) => delivered),
    unmarked: sum(({ unmarked }) => unmarked),
    duplicates: sum(({ duplicates }) => duplicates),
    gaps: sum(({ gaps }) => gaps),
    lastBroadcast: {
      min: Math.min(...all.map(({ lastBroadcast }) => lastBroadcast.min)),
    },
    acknowledged: sum(({ acknowledged }) => acknowledged),
    sent: sum(({ sent }) => sent),
    sendAnswers: sumCounts(all.map(({ sendAnswers }) => sendAnswers)),
    sendsOpen: sum(({ sendsOpen }) => sendsOpen),
    sendsWaiting: sum(({ sendsWaiting }) => sendsWaiting),
    published: sum(({ published }) => published),
    publishAnswers: sumCounts(all.map(({ publishAnswers }) => publishAnswers)),
    publishesOpen: sum(({ publishesOpen }) => publishesOpen),
    publishesWaiting: sum(({ publishesWaiting }) => publishesWaiting),
    pings: sum(({ pings }) => pings),
    pongs: sum(({ pongs }) => pongs),
    pingsOpen: sum(({ pingsOpen }) => pingsOpen),
  };
}

export function totalOf(counts: Counts): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** `{ lost: 3, kicked: 1 }` as `lost 3, kicked 1`. */
export function inWords(counts: Counts): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}

function sumCounts(all: readonly Counts[]): Counts {
  const sums: Record<string, number> = {};
  for (const counts of all)
    for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + count;
  return sums;
}
