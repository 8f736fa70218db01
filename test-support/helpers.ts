import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A name that no other test uses: good as a key prefix, a path part, a topic, a database (with prefix of a-z and _). */
export function uniqueName(prefix: string): string {
  return `${prefix}${randomBytes(6).toString('hex')}`;
}

/**
 * Waits until the condition gives something other than false, null or undefined, and answers with that. A condition that
 * throws is tried again; its last error is told when the deadline passes.
 */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  deadlineMs = 30_000,
): Promise<NonNullable<T>> {
  const deadline = performance.now() + deadlineMs;
  let cause: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value !== false && value !== null && value !== undefined) return value;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (performance.now() > deadline) {
      throw new Error(`the condition did not come true within ${deadlineMs} ms`, { cause });
    }
    await sleep(20);
  }
}

/** A TCP port on which nothing listens at this moment. Prefer to listen on port 0 where the code under test can. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
