import { PublishStatus, SendStatus, type CloseName } from '@longwire/protocol';
import { inWords, totalOf, type ClientStats } from '../clients/client-stats.ts';
import type { Fleet } from '../clients/fleet.ts';
import type { Bench } from '../scenario.ts';
import { driftFrom } from '../target/online.ts';
import type { Memory } from './memory.ts';

/** Of each push-server. */
const SPARE_FILES = 24;
const MAY_REFUSE: ReadonlySet<string> = new Set<CloseName>([
  'overloaded',
  'backendUnavailable',
  'loginTimeout',
]);

/** Nothing came twice, nothing was skipped, and as much came as should have. */
export function checkDeliveries(
  { findings }: Bench,
  what: string,
  stats: ClientStats,
  expected: number,
): void {
  findings.same(`${what}: delivered`, stats.delivered, expected);
  findings.same(`${what}: delivered without a marker`, stats.unmarked, 0);
  findings.same(`${what}: delivered twice`, stats.duplicates, 0);
  findings.same(`${what}: skipped`, stats.gaps, 0);
}

/**
 * Each message that was sent has an answer, and each that is said to be delivered has come, once. Under more load than a cluster can take
 * some are answered otherwise: that is a figure, for nothing was promised of them.
 */
export function checkSends(
  { findings }: Bench,
  { sent, sendsWaiting, sendAnswers, unmarked, duplicates, gaps }: ClientStats,
  delivered: number,
): void {
  const acknowledged = sendAnswers[SendStatus.SEND_STATUS_DELIVERED] ?? 0;
  findings.check(sent > 0, 'client to client: nothing was sent');
  findings.same('client to client: not sent in time', sendsWaiting, 0);
  findings.same('client to client: answered', totalOf(sendAnswers), sent);
  findings.check(
    delivered >= acknowledged,
    `client to client: ${acknowledged} are said to be delivered, ${delivered} have come`,
  );
  findings.same('client to client: delivered without a marker', unmarked, 0);
  findings.same('client to client: delivered twice, or in the wrong order', duplicates, 0);
  findings.check(
    gaps <= sent - acknowledged,
    `client to client: ${gaps} were skipped, and ${sent - acknowledged} may be: so many are not said to be delivered`,
  );
  findings.figure('client to client, not delivered and answered so', sent - acknowledged, '', { atMost: 0 });
}

/** Each message that was published has an answer. Answers how many were accepted. */
export function checkPublishes(
  { findings }: Bench,
  { published, publishesWaiting, publishAnswers }: ClientStats,
): number {
  const accepted = publishAnswers[PublishStatus.PUBLISH_STATUS_ACCEPTED] ?? 0;
  findings.check(published > 0, 'upstream: nothing was published');
  findings.same('upstream: not published in time', publishesWaiting, 0);
  findings.same('upstream: answered', totalOf(publishAnswers), published);
  findings.figure('upstream, not accepted and answered so', published - accepted, '', { atMost: 0 });
  return accepted;
}

/** Everyone is there still, and nobody has lost the connection since the last reset. */
export function checkNobodyLeft(
  { findings }: Bench,
  what: string,
  { connected, clients, closed }: ClientStats,
): void {
  findings.same(`${what}: connected`, connected, clients);
  findings.check(totalOf(closed) === 0, `${what}: connections were closed: ${inWords(closed)}`);
}

/**
 * Where many come at once a node may send some away, who come again: how many, by reason, are figures. Any other end of a connection, or of a try
 * to open one, is a failure.
 */
export function reportRefusals(
  { findings }: Bench,
  what: string,
  { closed, failures }: Pick<ClientStats, 'closed' | 'failures'>,
): void {
  for (const [reason, count] of Object.entries({ ...closed, ...failures })) {
    findings.figure(`${what}, sent away: ${reason}`, count, '');
    findings.check(MAY_REFUSE.has(reason), `${what}: ${count} ended with ${reason}`);
  }
}

/** Directory and nodes both count as many online as are connected. */
export async function checkDrift({ findings, target }: Bench, connected: number): Promise<void> {
  const { drift, seconds } = await driftFrom(connected, target);
  findings.figure('until the online count was right', seconds, 's');
  findings.figure('online count against live connections, drift', drift, '', { atMost: 0 });
  findings.same('drift of the online count', drift, 0);
}

/** Every file of a client is closed again; pools of connections to backends and nodes may have grown. */
export function checkOpenFiles({ findings, target }: Bench, before: Memory, after: Memory): void {
  if (Number.isNaN(after.openFiles)) return;
  const most = before.openFiles + SPARE_FILES * target.pushServers.length;
  findings.check(
    after.openFiles <= most,
    `files open after all have left: ${after.openFiles}, at most ${most} is right`,
  );
}

/** From here on clients count anew. */
export async function resetCounts(fleet: Fleet): Promise<void> {
  await fleet.tell('reset');
}
