/**
 * What senders and receivers wrote down of one kind of traffic, message by message. A message has the same name at both ends, a
 * string that holds who sent it, its id, and to whom.
 */
export interface Ledger {
  sent: number;
  /** Names of the messages that the sender was told had arrived. */
  readonly acknowledged: string[];
  /** Names of the messages that the application at the other end was handed, as often as it was. */
  readonly received: string[];
  /** What the sender was told of the others, and how many. */
  readonly refused: Record<string, number>;
}

export const trafficKinds = ['upstream', 'clientToClient', 'pushToAll', 'pushToList', 'pushToNew'] as const;
export type TrafficKind = (typeof trafficKinds)[number];

export type Ledgers = Readonly<Record<TrafficKind, Ledger>>;

export interface Totals {
  readonly sent: number;
  readonly acknowledged: number;
  readonly refused: Readonly<Record<string, number>>;
  /** Different messages. */
  readonly received: number;
  /** Handed to the application more than once, counted without the first time. */
  readonly duplicates: number;
  /** Acknowledged and never received. */
  readonly lost: number;
  /** A few of the lost, by name. */
  readonly lostExamples: readonly string[];
}

const EXAMPLES = 5;

export function emptyLedger(): Ledger {
  return { sent: 0, acknowledged: [], received: [], refused: {} };
}

export function emptyLedgers(): Ledgers {
  return Object.fromEntries(trafficKinds.map((kind) => [kind, emptyLedger()])) as unknown as Ledgers;
}

export function refuse(ledger: Ledger, why: string, count = 1): void {
  if (count > 0) ledger.refused[why] = (ledger.refused[why] ?? 0) + count;
}

/** Adds what another process wrote down. */
export function merge(into: Ledger, from: Ledger): void {
  into.sent += from.sent;
  // Not spread into `push`: an argument list has its limits.
  for (const name of from.acknowledged) into.acknowledged.push(name);
  for (const name of from.received) into.received.push(name);
  for (const [why, count] of Object.entries(from.refused)) refuse(into, why, count);
}

/** Compares the two ends. */
export function totalsOf({ sent, acknowledged, received, refused }: Ledger): Totals {
  const arrived = new Set(received);
  const lost = [...new Set(acknowledged)].filter((name) => !arrived.has(name));
  return {
    sent,
    acknowledged: acknowledged.length,
    refused,
    received: arrived.size,
    duplicates: received.length - arrived.size,
    lost: lost.length,
    lostExamples: lost.slice(0, EXAMPLES),
  };
}
