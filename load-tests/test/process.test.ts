import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { waitFor } from '../../test-support/helpers.ts';
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
