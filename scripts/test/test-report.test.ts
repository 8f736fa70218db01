import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readReport, totals } from '../test-report.ts';

const root = resolve(import.meta.dirname, '../..');
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(root, 'node_modules/.longwire-report-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('counts what vitest really reports: tests, files that do not load, and what was skipped', async () => {
  const files = {
    'mixed.test.mjs': `
      import { describe, expect, test } from 'vitest';
      test('passes', () => expect(1).toBe(1));
      test('fails', () => expect(1).toBe(2));
      describe.skipIf(true)('without its backend', () => { test('a', () => {}); test('b', () => {}); });`,
    'unloadable.test.mjs': `import './no-such-file.mjs';`,
    'hook.test.mjs': `
      import { beforeAll, test } from 'vitest';
      beforeAll(() => { throw new Error('no'); });
      test('never runs', () => {});`,
  };
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(folder, name), text)));
  await writeFile(join(folder, 'vitest.config.mjs'), `export default { test: { include: ['*.test.mjs'] } };`);

  const report = await readReport(await runVitest());

  expect(report).toMatchObject({ passed: 1, failed: 3, skipped: 3 });
  expect(report.skippedIn.map(({ file, tests }) => [file.split('/').at(-1), tests])).toEqual(
    expect.arrayContaining([
      ['mixed.test.mjs', 2],
      ['hook.test.mjs', 1],
    ]),
  );
  expect(totals(report)).toBe('1 passed, 3 failed, 3 skipped');
  expect(totals({ ...report, failed: 0, skipped: 0 })).toBe('1 passed, 0 failed');
});

function runVitest(): Promise<string> {
  const report = join(folder, 'report.json');
  const options = ['run', '--root', folder, '--reporter=json', `--outputFile=${report}`];
  // It fails, as it should.
  return new Promise((done) => {
    execFile(join(root, 'node_modules/.bin/vitest'), options, { timeout: 60_000 }, () => done(report));
  });
}
