import { setTimeout as sleep } from 'node:timers/promises';

export const COLLECT_SIGNAL = 'SIGUSR2';

/** Flags for node: whoever is started with them collects all its garbage on that signal, and loads nothing for it that would be measured, too. */
export const COLLECT_ON_SIGNAL: readonly string[] = [
  '--expose-gc',
  `--import=data:text/javascript,process.on('${COLLECT_SIGNAL}',()=>globalThis.gc())`,
];

const COLLECTIONS = 3;
const COLLECTION_MS = 1000;

/**
 * Has garbage collected, and waits until the allocator has given back what is free, a moment later. What `collect` answers is waited for: many
 * processes take longer than that moment.
 */
export async function collectGarbage(collect: () => unknown): Promise<void> {
  for (let round = 0; round < COLLECTIONS; round++) {
    await collect();
    await sleep(COLLECTION_MS);
  }
}
