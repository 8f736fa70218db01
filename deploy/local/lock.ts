import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Runs `work` while holding a loopback port, so that two commands never start or stop the same set at once.
 * A port and not a file: the kernel gives it back when its holder dies, however it dies.
 */
export async function withLock<T>(port: number, timeoutMs: number, work: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  let lock = await tryLock(port);
  while (!lock) {
    if (Date.now() > deadline) throw new Error(`another command holds port ${port} for ${timeoutMs} ms`);
    await sleep(100);
    lock = await tryLock(port);
  }
  try {
    return await work();
  } finally {
    lock.close();
  }
}

async function tryLock(port: number): Promise<Server | null> {
  const server = createServer((socket) => socket.destroy());
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
    return server;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return null;
    throw error;
  }
}
