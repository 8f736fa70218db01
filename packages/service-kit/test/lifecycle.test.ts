import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { DeadlineExceeded, fullJitterMs, withDeadline } from '../src/index.ts';

const main = fileURLToPath(new URL('fixtures/main.ts', import.meta.url));

function run(scenario: string, env: Record<string, string> = {}) {
  const child = spawn(process.execPath, ['--conditions=longwire-source', main, scenario], {
    env: { PATH: process.env['PATH'], ...env },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = once(child, 'close') as Promise<[number | null, string | null]>;
  return {
    kill: (signal: NodeJS.Signals) => child.kill(signal),
    saw: (text: string) => expect.poll(() => stdout, { timeout: 30_000 }).toContain(text),
    ended: async () => {
      const [code] = await ended;
      return { code, stdout, stderr };
    },
  };
}

describe('runMain', () => {
  it('prints what is wrong with the configuration and exits with 2', async () => {
    const { code, stderr } = await run('config', { LONGWIRE_LOG_LEVEL: 'loud' }).ended();
    expect(code).toBe(2);
    expect(stderr).toContain('log.level (LONGWIRE_LOG_LEVEL): given "loud"; allowed: an integer');
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('stops in order at %s and exits with 0', async (signal) => {
    const process = run('runs');
    await process.saw('started');
    process.kill(signal);
    const { code, stdout } = await process.ended();
    expect(code).toBe(0);
    expect(stdout).toContain('stop called');
  });

  it('stops in order while it starts, and does not mind how the start ends', async () => {
    const process = run('start-is-cut-off');
    await process.saw('started');
    process.kill('SIGTERM');
    const { code, stdout } = await process.ended();
    expect(code).toBe(0);
    expect(stdout).toContain('"msg":"stopped"');
    expect(stdout).not.toContain('"level":"fatal"');
  });

  it('stops in order when the service asks for it, once', async () => {
    const { code, stdout } = await run('stops-itself').ended();
    expect(code).toBe(0);
    expect(stdout.match(/stop called/g)).toHaveLength(1);
  });

  it('exits with 1 when the service takes longer to stop than it says it may', async () => {
    const process = run('stop-too-late');
    await process.saw('started');
    process.kill('SIGTERM');
    const { code, stdout } = await process.ended();
    expect(code).toBe(1);
    expect(stdout).toContain('stopping took longer than 50 ms');
  });

  it('ends at once at a second signal', async () => {
    const process = run('stop-hangs');
    await process.saw('started');
    process.kill('SIGTERM');
    await process.saw('stop called');
    process.kill('SIGTERM');
    expect((await process.ended()).code).toBe(1);
  });

  it('exits with 1 when the service cannot stop', async () => {
    const process = run('stop-fails');
    await process.saw('started');
    process.kill('SIGTERM');
    const { code, stdout } = await process.ended();
    expect(code).toBe(1);
    expect(stdout).toContain('cannot stop');
  });

  it.each([
    ['open-fails', 'no backend'],
    ['rejects', 'nobody waits for this'],
    ['throws', 'nobody catches this'],
  ])('logs as fatal and exits with 1: %s', async (scenario, message) => {
    const { code, stdout } = await run(scenario).ended();
    expect(code).toBe(1);
    const fatal = stdout.split('\n').find((line) => line.includes('"level":"fatal"'));
    expect(JSON.parse(fatal ?? '{}')).toMatchObject({ service: 'fixture', err: { message } });
  });
});

describe('withDeadline', () => {
  it('answers as the promise does', async () => {
    expect(await withDeadline(Promise.resolve(7), 10_000, 'work')).toBe(7);
    await expect(withDeadline(Promise.reject(new Error('no')), 10_000, 'work')).rejects.toThrow('no');
  });

  it('rejects what takes too long', async () => {
    const never = new Promise<never>(() => {});
    await expect(withDeadline(never, 5, 'asking redis')).rejects.toThrow(
      new DeadlineExceeded('asking redis took longer than 5 ms'),
    );
  });
});

describe('fullJitterMs', () => {
  it('spreads over all of [0, min(cap, base * 2^attempt)]', () => {
    for (const [attempt, limit] of [
      [0, 100],
      [3, 800],
      [10, 5000],
      [5000, 5000],
    ] as const) {
      const waits = Array.from({ length: 2000 }, () => fullJitterMs(attempt, { baseMs: 100, capMs: 5000 }));
      expect(Math.min(...waits)).toBeGreaterThanOrEqual(0);
      expect(Math.min(...waits)).toBeLessThan(limit * 0.1);
      expect(Math.max(...waits)).toBeGreaterThan(limit * 0.9);
      expect(Math.max(...waits)).toBeLessThanOrEqual(limit);
    }
  });
});
