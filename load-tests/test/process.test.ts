import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { waitFor } from '../../test-support/helpers.ts';
import { ask } from '../src/lib/ask.ts';
import { withPrivateFolder } from '../src/lib/private-folder.ts';
import { Process } from '../src/lib/process.ts';
import { LineProcess } from '../src/load/clients/line-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'longwire-process-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('a program that is missing is told to whoever waits for it, and stands in its log', async () => {
  const log = join(folder, 'missing.log');
  const missing = new Process('missing', ['/nowhere/program'], {}, log);
  const why = 'spawn /nowhere/program ENOENT';
  expect(await missing.exited).toBe(why);
  await expect(missing.ready('http://127.0.0.1:1/readyz')).rejects.toThrow(
    `missing ended with ${why} before it was ready`,
  );
  expect(await missing.stop()).toBe(why);
  await waitFor(() => readFileSync(log, 'utf8') === `${why}\n`);
});

test('and so is one that is to be told something', async () => {
  const missing = new LineProcess('missing', ['/nowhere/program'], join(folder, 'lines.log'));
  await expect(missing.tell('stats')).rejects.toThrow(
    'missing ended with spawn /nowhere/program ENOENT: stats',
  );
  await missing.stop();
});

test('a question leaves nothing behind once it is answered, and fails when the child ends or has ended', async () => {
  const script = `process.on('message', ({ number, command }) => {
    if (command === 'end') process.exit(3);
    process.send({ number, value: command });
  })`;
  const log = join(folder, 'asked.log');
  const asked = new Process('asked', [process.execPath, '--eval', script], {}, log, 'messages');
  const listeners = (): number[] => ['message', 'exit'].map((event) => asked.child.listenerCount(event));
  const before = listeners();
  expect(await ask(asked, 'echo', 10_000)).toBe('echo');
  expect(listeners()).toEqual(before);
  await expect(ask(asked, 'end', 10_000)).rejects.toThrow('asked ended with 3');
  await expect(ask(asked, 'echo', 10_000)).rejects.toThrow('asked has ended');
});

test('a private folder is gone when the work is done, well or not', async () => {
  const secrets = join(folder, 'secrets');
  const work = (): void => {
    mkdirSync(secrets);
    writeFileSync(join(secrets, 'tokens'), 'secret');
  };
  await withPrivateFolder(secrets, () => Promise.resolve(work()));
  expect(existsSync(secrets)).toBe(false);
  const failing = withPrivateFolder(secrets, () => {
    work();
    return Promise.reject(new Error('failed'));
  });
  await expect(failing).rejects.toThrow('failed');
  expect(existsSync(secrets)).toBe(false);
});

test('and when the process ends before, as by a second Ctrl-C', () => {
  const secrets = join(folder, 'left');
  const module = new URL('../src/lib/private-folder.ts', import.meta.url).href;
  const script = `
    import { mkdirSync } from 'node:fs';
    import { withPrivateFolder } from ${JSON.stringify(module)};
    const secrets = ${JSON.stringify(secrets)};
    await withPrivateFolder(secrets, async () => { mkdirSync(secrets); console.log('made'); process.exit(1); });`;
  const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
  });
  expect([status, stdout]).toEqual([1, 'made\n']);
  expect(existsSync(secrets)).toBe(false);
});
