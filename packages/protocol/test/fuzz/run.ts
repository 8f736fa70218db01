import { Worker } from 'node:worker_threads';
import type { FuzzPoint, Outcomes } from './fuzz.ts';
import type { FuzzNews } from './worker.ts';

export interface FuzzReport {
  readonly outcomes: Outcomes;
  readonly points: readonly FuzzPoint[];
  readonly framesPerSecond: number;
  /** What the heap and the buffers gained from the first tenth, when all code is warm, to the end. */
  readonly grownBytes: number;
}

/** A tenth of the run that takes longer than this is a hang, whatever the machine. */
const DEADLINE_MS = 180_000;
const HEAP_LIMIT_MB = 256;
export const MOST_GROWTH_BYTES = 2_097_152;

/** Runs `fuzz` in a thread with a small heap. Rejects when it throws, hangs, runs out of heap or keeps what it should forget. */
export async function runFuzz(options: {
  frames: number;
  seed: number;
  onPoint?: (point: FuzzPoint) => void;
}): Promise<FuzzReport> {
  const { frames, seed, onPoint } = options;
  const worker = new Worker(new URL('worker.ts', import.meta.url), {
    workerData: { frames, seed },
    resourceLimits: { maxOldGenerationSizeMb: HEAP_LIMIT_MB },
    execArgv: [],
  });
  const startedAtMs = performance.now();
  const points: FuzzPoint[] = [];
  let timer: NodeJS.Timeout | undefined;
  try {
    const outcomes = await new Promise<Outcomes>((resolve, reject) => {
      const expectMore = (): void => {
        clearTimeout(timer);
        timer = setTimeout(
          () =>
            reject(
              new Error(`a hang: nothing for ${DEADLINE_MS} ms after ${points.at(-1)?.frames ?? 0} frames`),
            ),
          DEADLINE_MS,
        );
      };
      expectMore();
      worker.on('error', reject);
      worker.on('exit', (code) => reject(new Error(`the thread ended with ${code}`)));
      worker.on('message', (news: FuzzNews) => {
        expectMore();
        if ('outcomes' in news) return resolve(news.outcomes);
        points.push(news.point);
        onPoint?.(news.point);
      });
    });
    const grownBytes = sizeOf(points.at(-1)!) - sizeOf(points[0]!);
    if (grownBytes > MOST_GROWTH_BYTES) throw new Error(`the heap grew by ${grownBytes} bytes`);
    const seconds = (performance.now() - startedAtMs) / 1000;
    return { outcomes, points, framesPerSecond: frames / seconds, grownBytes };
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}

function sizeOf({ heapBytes, bufferBytes }: FuzzPoint): number {
  return heapBytes + bufferBytes;
}
