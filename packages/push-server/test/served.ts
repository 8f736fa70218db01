import type { PushServer } from '../src/index.ts';
import type { TestCluster } from './harness.ts';

const GOOD_ENOUGH_MS = 1000;
const ATTEMPTS = 5;
let lastNumber = 0;

/**
 * A new client signs in and is sent a message within a second, whatever the others do. Tried some times, because
 * on a busy machine a second may pass for other reasons.
 */
export async function expectGoodClientServed(cluster: TestCluster, server: PushServer): Promise<void> {
  const tookMs: number[] = [];
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const name = `good-${++lastNumber}`;
    const startedAtMs = performance.now();
    const client = await cluster.login(server, name);
    client.send('send', { messageId: name, to: name, payload: Buffer.from('still here') });
    await client.next('deliver');
    await client.next('sent');
    const elapsedMs = performance.now() - startedAtMs;
    client.socket.destroy();
    if (elapsedMs < GOOD_ENOUGH_MS) return;
    tookMs.push(Math.round(elapsedMs));
  }
  throw new Error(`a good client was served after ${tookMs.join(', ')} ms`);
}
