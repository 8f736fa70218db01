import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const services = ['auth-service', 'push-server', 'push-route', 'upstream-consumer', 'admin-platform'];
const ours = ['protocol', 'cluster', 'service-kit', ...services, 'sdk'];

/** The floors of ARCHITECTURE.md, written a second time: which packages of ours the source of each folder may import. */
const floors: Record<string, string[]> = {
  'packages/protocol': [],
  'packages/cluster': ['protocol'],
  'packages/service-kit': ['protocol'],
  ...Object.fromEntries(services.map((name) => [`packages/${name}`, ['protocol', 'cluster', 'service-kit']])),
  'packages/sdk': ['protocol'],
  'packages/cli': ours,
  'load-tests': ['protocol', 'sdk'],
};

/** A tree with the repository's folders and its linter settings: probes in the real one would disturb a build beside. */
let tree: string;
beforeAll(async () => {
  tree = await mkdtemp(join(tmpdir(), 'longwire-floors-'));
  await cp(join(root, '.oxlintrc.json'), join(tree, '.oxlintrc.json'));
});
afterAll(() => rm(tree, { recursive: true, force: true }));

test.each(Object.entries(floors))(
  '%s imports what its floor allows and nothing else',
  async (folder, allowed) => {
    const own = folder.replace('packages/', '');
    const imports = ours.filter((name) => name !== own).map((name) => `@longwire/${name}`);
    const refused = await refusedImports(folder, imports);
    expect(refused).toEqual(imports.filter((name) => !allowed.includes(name.replace('@longwire/', ''))));
  },
);

test('a path into another package, and a path below its name, are no way round', async () => {
  const imports = [
    '@longwire/cluster/dist/index.js',
    '../../../cluster/src/config.ts',
    'longwire',
    '../frame.ts',
    'node:net',
  ];
  expect(await refusedImports('packages/protocol', imports)).toEqual(imports.slice(0, 3));
});

/** Writes one file with one import a line into the folder's source, and answers with those that oxlint refuses. */
async function refusedImports(folder: string, imports: string[]): Promise<string[]> {
  const probe = join(tree, folder, 'src/rooms/probe.ts');
  await mkdir(dirname(probe), { recursive: true });
  await writeFile(probe, imports.map((name) => `import '${name}';\n`).join(''));
  const { diagnostics } = JSON.parse(await oxlint(probe)) as { diagnostics: Diagnostic[] };
  const lines = diagnostics
    .filter((diagnostic) => diagnostic.code === 'eslint(no-restricted-imports)')
    .map((diagnostic) => diagnostic.labels[0]?.span.line ?? 0);
  return imports.filter((_name, index) => lines.includes(index + 1));
}

interface Diagnostic {
  code: string;
  labels: { span: { line: number } }[];
}

/** Its JSON report. It exits with 1 when it found something, which is what is expected here. */
function oxlint(path: string): Promise<string> {
  return new Promise((resolveReport, reject) => {
    execFile(join(root, 'node_modules/.bin/oxlint'), ['-f', 'json', path], { cwd: tree }, (error, stdout) => {
      if (error && error.code !== 1) reject(new Error(error.message));
      else resolveReport(stdout);
    });
  });
}
