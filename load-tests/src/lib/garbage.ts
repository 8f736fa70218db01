import { setTimeout as sleep } from 'node:timers/promises';
import type { Process } from './process.ts';

/** Flags for node: whoever is started with them collects all its garbage on SIGUSR2, and loads nothing for it that would be measured, too. */
export const COLLECT_ON_SIGNAL: readonly string[] = [
  '--expose-gc',
  `--import=data:text/javascript,process.on('SIGUSR2',()=>globalThis.gc())`,
];

const COLLECTIONS = 3;
const COLLECTION_MS = 1000;

/**
 * Has processes with these flags collect their garbage, and waits until the allocator has given back what is free, a moment later. `haveCollected`
 * resolves once they can do something else again: many of them take longer than that moment.
 */
export async function collectGarbage(
  processes: readonly Process[],
  haveCollected: () => Promise<unknown> = () => Promise.resolve(),
): Promise<void> {
  for (let round = 0; round < COLLECTIONS; round++) {
    for (const process of processes) process.kill('SIGUSR2');
    await haveCollected();
    await sleep(COLLECTION_MS);
  }
}
