import { setTimeout as sleep } from 'node:timers/promises';

const PAUSE_MS = 100;

/** Looks again and again until what it sees is good, or the deadline has passed. Answers what it saw last. */
export async function until<Seen>(
  look: () => Promise<Seen>,
  isGood: (seen: Seen) => boolean,
  deadlineMs: number,
): Promise<Seen> {
  const deadline = performance.now() + deadlineMs;
  for (;;) {
    const seen = await look();
    if (isGood(seen) || performance.now() > deadline) return seen;
    await sleep(PAUSE_MS);
  }
}
