import { expect, test } from 'vitest';
import { FrameType } from '../src/index.ts';
import { runFuzz } from './fuzz/run.ts';

/** `npm run fuzz` with its defaults. */
test('10,000,000 random and damaged frames: nothing throws, nothing hangs, the heap stays flat', async () => {
  const { outcomes, points, framesPerSecond, grownBytes } = await runFuzz({
    frames: 10_000_000,
    seed: 20_261_120,
  });
  expect(points).toHaveLength(10);
  // Every type of frame came out, every reason to refuse one, and many of each.
  const types = Object.keys(FrameType);
  const refusals = ['malformedFrame', 'unsupportedFeature', 'frameTooLarge'];
  const bodies = ['malformedFrame (body)', 'invalidField (body)'];
  for (const outcome of [...types, ...refusals, ...bodies])
    expect(outcomes[outcome], outcome).toBeGreaterThan(10_000);
  console.log(
    `fuzz: ${Math.round(framesPerSecond).toLocaleString('en-US')} frames/s, the heap grew by ${grownBytes} bytes`,
  );
}, 900_000);
