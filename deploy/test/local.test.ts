import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { freePort, waitFor } from '../../test-support/helpers.ts';
import { isDaemonRunning, lastWords, startDaemon, stopDaemon } from '../local/daemon.ts';
import { missingParts } from '../local/install.ts';
import { withLock } from '../local/lock.ts';
import { run } from '../local/run.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longwire-local-'));
});
afterEach(async () => {
  await stopDaemon(folder);
  await rm(folder, { recursive: true, force: true });
});

test('a daemon runs in its folder, keeps its words, and is ended by its own pid', async () => {
  await startDaemon(folder, { program: 'sh', args: ['-c', 'pwd; exec sleep 600'] });
  expect(await isDaemonRunning(folder)).toBe(true);
  await waitFor(async () => (await lastWords(folder)) === folder);
  await stopDaemon(folder);
  expect(await isDaemonRunning(folder)).toBe(false);
});

test('a daemon that died is seen as not running', async () => {
  await startDaemon(folder, { program: 'sh', args: ['-c', 'exit 3'] });
  await waitFor(async () => !(await isDaemonRunning(folder)));
});

test('a program that does not exist is an error that names it', async () => {
  const start = startDaemon(folder, { program: 'longwire-no-such-program', args: [] });
  await expect(start).rejects.toThrow('longwire-no-such-program');
});

test('whoever has been given the pid of a dead daemon is left alone', async () => {
  await startDaemon(folder, { program: 'sleep', args: ['600'] });
  const pidFile = join(folder, 'pid');
  const text = await readFile(pidFile, 'utf8');
  const daemon = JSON.parse(text) as { pid: number; startTime: string };
  await writeFile(pidFile, JSON.stringify({ ...daemon, startTime: 'another' }));
  expect(await isDaemonRunning(folder)).toBe(false);
  await stopDaemon(folder);
  expect(() => process.kill(daemon.pid, 0)).not.toThrow();
  await writeFile(pidFile, text); // for afterEach to end it
});

test('a lock lets one in at a time', async () => {
  const port = await freePort();
  let inside = 0;
  let most = 0;
  const work = async () => {
    most = Math.max(most, ++inside);
    await waitFor(() => true);
    await new Promise((resolve) => setImmediate(resolve));
    inside -= 1;
  };
  await Promise.all(Array.from({ length: 4 }, () => withLock(port, 30_000, work)));
  expect({ inside, most }).toEqual({ inside: 0, most: 1 });
});

test('a lock that stays held is an error after the deadline, and a failed work gives it back', async () => {
  const port = await freePort();
  const broken = withLock(port, 1000, () => Promise.reject(new Error('broken')));
  await expect(broken).rejects.toThrow('broken');
  await withLock(port, 1000, async () => {
    await expect(withLock(port, 150, async () => undefined)).rejects.toThrow(String(port));
  });
});

test('what is missing is named with the package that brings it', () => {
  const needs = [
    { what: 'sh', debianPackage: 'dash' },
    { what: '/no/such.jar', debianPackage: 'such' },
  ];
  expect(missingParts(needs)).toBe('/no/such.jar is missing (Debian: such)');
  expect(missingParts(needs.slice(0, 1))).toBeNull();
});

test('a command that fails or does not end says so', async () => {
  await expect(run('sh', ['-c', 'echo why >&2; exit 1'], { timeoutMs: 30_000 })).rejects.toThrow(
    'sh failed: why',
  );
  await expect(run('sleep', ['600'], { timeoutMs: 50 })).rejects.toThrow('no end after 50 ms');
});
