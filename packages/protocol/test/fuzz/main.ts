import { parseArgs } from 'node:util';
import { runFuzz } from './run.ts';

/**
 * `npm run fuzz [-- --frames N --seed N]`: random and damaged frames through the parser and the decoder of bodies. Prints the heap at ten points, the
 * outcomes and the speed. Exits with 1 when something throws, hangs or grows, with 2 on wrong arguments.
 */
const given = readArguments();
console.log(`${given.frames.toLocaleString('en-US')} frames, seed ${given.seed}`);
try {
  const report = await runFuzz({
    ...given,
    onPoint: (point) =>
      console.log(
        `${point.frames.toLocaleString('en-US').padStart(14)} frames  heap ${mebibytes(point.heapBytes)}  buffers ${mebibytes(point.bufferBytes)}`,
      ),
  });
  for (const [outcome, count] of Object.entries(report.outcomes).sort(([, one], [, other]) => other - one))
    console.log(`${count.toLocaleString('en-US').padStart(14)} ${outcome}`);
  console.log(
    `passed: nothing threw, nothing hung, the heap grew by ${mebibytes(report.grownBytes)}; ${Math.round(report.framesPerSecond).toLocaleString('en-US')} frames/s`,
  );
} catch (error) {
  console.error(`failed: ${(error as Error).message}`);
  process.exitCode = 1;
}

function readArguments(): { frames: number; seed: number } {
  const options = {
    frames: { type: 'string', default: '10000000' },
    seed: { type: 'string', default: '20261120' },
  } as const;
  try {
    const { values } = parseArgs({ options });
    const [frames, seed] = [values.frames, values.seed].map(Number) as [number, number];
    if (!Number.isInteger(frames) || frames < 10)
      throw new Error('--frames must be an integer of at least 10');
    if (!Number.isInteger(seed)) throw new Error('--seed must be an integer');
    return { frames, seed };
  } catch (error) {
    console.error((error as Error).message);
    process.exit(2);
  }
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(2)} MiB`;
}
