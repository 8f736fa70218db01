import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import {
  closeCodes,
  FrameType,
  MAX_FRAME_BYTES,
  MAX_LOGIN_FRAME_BYTES,
  TRACE_CONTEXT_BYTES,
} from '../src/index.ts';

const packagesFolder = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string) => readFileSync(join(packagesFolder, path), 'utf8');
const spec = read('protocol/SPEC.md');

/** What lies between two comments of SPEC.md. */
function section(name: string): string {
  const match = new RegExp(`<!-- ${name}: [^>]*-->\\n(.*?)<!-- end of ${name} -->`, 's').exec(spec);
  return match?.[1] ?? expect.fail(`SPEC.md has no section "${name}"`);
}

/** The cells of a table's rows, without its head. */
function tableRows(text: string): string[][] {
  const lines = text.split('\n').filter((line) => line.startsWith('|'));
  return lines.slice(2).map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  );
}

test('the table of close codes in SPEC.md is src/close-codes.ts', () => {
  const catalogue = Object.entries(closeCodes).map(([name, { code, meaning }]) => [
    String(code),
    name,
    meaning,
  ]);
  expect(tableRows(section('close codes'))).toEqual(catalogue);
});

test('the schema in SPEC.md is longwire.proto', () => {
  const block = /```protobuf\n(.*?)```/s.exec(section('schema'))?.[1];
  expect(block?.trim()).toBe(read('protocol/longwire.proto').trim());
});

test('the table of frame types in SPEC.md is src/frame.ts', () => {
  const rows = tableRows(
    spec.slice(spec.indexOf('| type | name'), spec.indexOf('A receiver checks a header')),
  );
  expect(rows.map(([type, name]) => [name!.toLowerCase(), Number(type)])).toEqual(Object.entries(FrameType));
});

test('the numbers in the text of SPEC.md are those of the code', () => {
  expect(spec).toContain(
    `before CONNECTED may be at most ${MAX_LOGIN_FRAME_BYTES.toLocaleString('en-US')} bytes`,
  );
  expect(spec).toContain(`The limit for the valid ones is ${MAX_FRAME_BYTES.toLocaleString('en-US')}.`);
  expect(spec).toContain(`a trace context of another size than ${TRACE_CONTEXT_BYTES} bytes`);
});

test.each([
  { name: 'protocol', output: 'generated/messages.js' },
  { name: 'cluster', output: 'generated/node-api.js' },
])('the generated code of $name is what its schema gives now', ({ name, output }) => {
  const folder = join(packagesFolder, name);
  const { scripts } = JSON.parse(read(`${name}/package.json`)) as { scripts: { generate: string } };
  const [command, ...options] = scripts.generate.split(' ');
  expect([command, options.filter((option) => option === output)]).toEqual(['pbjs', [output]]);
  const temporary = mkdtempSync(join(tmpdir(), 'longwire-generated-'));
  try {
    const fresh = join(temporary, output.slice('generated/'.length));
    const pbjs = join(
      dirname(createRequire(import.meta.url).resolve('protobufjs-cli/package.json')),
      'bin/pbjs',
    );
    const given = options.map((option) => (option === output ? fresh : option));
    execFileSync(process.execPath, [pbjs, ...given], { cwd: folder, timeout: 60_000 });
    const files = readdirSync(temporary).sort();
    expect(files).toEqual(readdirSync(join(folder, 'generated')).sort());
    const stale = files.filter(
      (file) => readFileSync(join(temporary, file), 'utf8') !== read(`${name}/generated/${file}`),
    );
    expect(stale, `run npm run generate -w packages/${name}`).toEqual([]);
  } finally {
    rmSync(temporary, { recursive: true });
  }
});
