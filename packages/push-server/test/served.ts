import { readFileSync } from 'node:fs';
import type { PushServer } from '../src/index.ts';
import type { TestClient, TestCluster } from './harness.ts';

/** "Served" means within this. */
export const SERVED_MS = 1000;
let lastNumber = 0;

/** A new client signs in and is sent a message within a second, whatever the others do. */
export async function expectGoodClientServed(cluster: TestCluster, server: PushServer): Promise<void> {
  await withinASecond(async () => {
    const client = await cluster.login(server, `good-${++lastNumber}`);
    await sendItself(client, `good-${lastNumber}`);
    client.socket.destroy();
  });
}

/** The same for one that is signed in already: where nobody else may come. */
export async function expectStillServed(client: TestClient, clientId: string): Promise<void> {
  await withinASecond(() => sendItself(client, clientId));
}

async function sendItself(client: TestClient, clientId: string): Promise<void> {
  const messageId = `still-here-${++lastNumber}`;
  client.send('send', { messageId, to: clientId, payload: Buffer.from('still here') });
  if ((await client.next('deliver')).messageId !== messageId) throw new Error('another message came');
  await client.next('sent');
}

/**
 * Judges the first and only try. Time in which a process was ready and had to wait for a processor of a busy machine does not count: the system counts
 * it for this process and for the others that are named.
 */
export async function withinASecond(
  action: () => Promise<void>,
  pids: readonly number[] = [],
): Promise<void> {
  const waited = () => ['self', ...pids].reduce<number>((sum, pid) => sum + waitedForProcessorMs(pid), 0);
  const [startedAtMs, waitedBeforeMs] = [performance.now(), waited()];
  await action();
  const elapsedMs = performance.now() - startedAtMs;
  const waitedMs = waited() - waitedBeforeMs;
  if (elapsedMs - waitedMs >= SERVED_MS)
    throw new Error(
      `served after ${elapsedMs.toFixed(0)} ms, of which ${waitedMs.toFixed(0)} ms without a processor`,
    );
}

/** Of the main thread of a process; 0 where the system does not tell: there every delay counts. */
function waitedForProcessorMs(pid: number | string): number {
  try {
    return Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[1]) / 1e6;
  } catch {
    return 0;
  }
}
