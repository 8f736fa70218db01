import { setTimeout as sleep } from 'node:timers/promises';
import { isContention } from './errors.ts';

const maxPauseMs = 50;

/** Does the work again, after a random pause, for as long as the database gives way to another writer and time remains. */
export async function retryContention<T>(deadlineMs: number, work: () => Promise<T>): Promise<T> {
  const end = performance.now() + deadlineMs;
  for (let capMs = 2; ; capMs = Math.min(2 * capMs, maxPauseMs)) {
    try {
      return await work();
    } catch (error) {
      if (!isContention(error) || performance.now() + capMs > end) throw error;
      await sleep(Math.random() * capMs);
    }
  }
}
