import { fork, spawn, type ChildProcess } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const fixture = fileURLToPath(new URL('fixtures/lean.ts', import.meta.url));
const ownFlag = '--conditions=longwire-source';

interface Seen {
  readonly pid: number;
  readonly flags: readonly string[];
  readonly args: readonly string[];
  readonly from: string;
  readonly areas: string;
  readonly youngMib: number;
}

/** How often the process began, and what it saw in the end. */
async function seenBy(child: ChildProcess): Promise<{ begun: number; seen: Seen }> {
  const lines = (await text(child.stdout!)).trim().split('\n');
  return { begun: lines.filter((line) => line === 'begins').length, seen: JSON.parse(lines.at(-1)!) as Seen };
}

function run(flags: readonly string[], env: Record<string, string> = {}): ChildProcess {
  return spawn(process.execPath, [ownFlag, ...flags, fixture, 'an', 'argument'], {
    env: { FROM: 'parent', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

it('begins once more as the same process, with a young generation that stays small', async () => {
  const child = run([]);
  const { begun, seen } = await seenBy(child);
  expect(begun).toBe(2);
  expect(seen).toMatchObject({ pid: child.pid, args: ['an', 'argument'], from: 'parent', areas: '2' });
  expect(seen.flags).toEqual(['--max-semi-space-size=4', ownFlag]);
  expect(seen.youngMib).toBeLessThanOrEqual(8);
});

it('leaves a size alone that was chosen', async () => {
  const flag = await seenBy(run(['--max_semi_space_size=16']));
  expect(flag).toMatchObject({ begun: 1, seen: { flags: [ownFlag, '--max_semi_space_size=16'] } });
  expect(flag.seen.youngMib).toBeGreaterThan(8);
  const option = await seenBy(run([], { NODE_OPTIONS: '--max-semi-space-size=16' }));
  expect(option).toMatchObject({ begun: 1, seen: { flags: [ownFlag] } });
});

it('leaves a number of allocation areas alone that was chosen', async () => {
  const { seen } = await seenBy(run([], { MALLOC_ARENA_MAX: '8' }));
  expect(seen.areas).toBe('8');
});

it('leaves a process alone that talks to its parent', async () => {
  const child = fork(fixture, { execArgv: [ownFlag], stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  expect(await seenBy(child)).toMatchObject({ begun: 1 });
});
