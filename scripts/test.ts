/**
 * `npm test`: format, lint and types, then every suite, on real backends that it starts and stops.
 * `npm test -- packages/cluster` hands its arguments to vitest and runs only that.
 * With CI=true or LONGWIRE_REQUIRE_BACKENDS=1 a missing backend or tool is an error; without, it says which suites did not run.
 * Exits with 0 when everything passed, otherwise with 1. Its last line counts the tests.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { backends, startSet, statusOfSet, stopSet } from '../deploy/local/backend-set.ts';
import { missingParts } from '../deploy/local/install.ts';
import { dataRoot, type BackendName } from '../deploy/local/sets.ts';
import { runStep, stopOnSignals } from './step.ts';
import { readReport, totals, type Report } from './test-report.ts';

/** Programs that some suites run. Such a suite skips itself where its program is missing. */
const tools = [
  { what: 'nginx', debianPackage: 'nginx' },
  { what: 'python3', debianPackage: 'python3' },
  { what: 'openssl', debianPackage: 'openssl' },
  { what: 'redis-server', debianPackage: 'redis-server' },
  { what: 'cc', debianPackage: 'gcc' },
  { what: '/usr/include/stdio.h', debianPackage: 'libc6-dev' },
];
/** Where tests look first (test-support/backends.ts): what is given there is not started here. */
const givenBy: Record<BackendName, string> = {
  redis: 'LONGWIRE_TEST_REDIS_URL',
  zookeeper: 'LONGWIRE_TEST_ZOOKEEPER_SERVERS',
  kafka: 'LONGWIRE_TEST_KAFKA_BROKERS',
  mariadb: 'LONGWIRE_TEST_DATABASE_URL',
};
const reportFile = join(dataRoot, 'test-report.json');
const isRequired = process.env['CI'] === 'true' || process.env['LONGWIRE_REQUIRE_BACKENDS'] === '1';

stopOnSignals();
const selection = process.argv.slice(2);
const { missing, toStop } = await startBackends();
const failedChecks = selection.length > 0 ? [] : await runChecks();
const report = await runSuites(selection);
if (toStop.length > 0) await stopSet('test', toStop);
explain();
console.log(totals(report));
if (report.failed > 0 || failedChecks.length > 0 || (isRequired && missing.length > 0)) process.exitCode = 1;

/** Starts what neither runs nor is given; answers with that, to be stopped at the end, and with what could not be had. */
async function startBackends(): Promise<{ missing: string[]; toStop: BackendName[] }> {
  const ran = (await statusOfSet('test')).filter((outcome) => 'address' in outcome).map(({ name }) => name);
  const wanted = backends.map(({ name }) => name).filter((name) => !process.env[givenBy[name]]);
  const outcomes = await startSet('test', { only: wanted, alsoInstall: tools });
  const missingBackends = outcomes.flatMap((o) => ('problem' in o ? [`${o.name}: ${o.problem}`] : []));
  const missingTools = tools.map((tool) => missingParts([tool])).filter((problem) => problem !== null);
  return {
    missing: [...missingBackends, ...missingTools],
    toStop: wanted.filter((name) => !ran.includes(name)),
  };
}

/** Runs all checks, whatever the ones before said, and answers with the names of those that failed. */
async function runChecks(): Promise<string[]> {
  const checks = {
    format: ['prettier', '--check', '--log-level', 'warn', '.'],
    lint: ['oxlint', '--type-aware'],
    types: ['tsc', '-b'],
  };
  const failed: string[] = [];
  for (const [name, command] of Object.entries(checks)) {
    if (!(await runStep(name, command))) failed.push(name);
  }
  return failed;
}

async function runSuites(filters: string[]): Promise<Report> {
  await rm(reportFile, { force: true });
  const output = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`];
  const env = isRequired ? { LONGWIRE_REQUIRE_BACKENDS: '1' } : {};
  const succeeded = await runStep('suites', ['vitest', 'run', ...output, ...filters], env);
  const none = { passed: 0, failed: 0, skipped: 0, skippedIn: [] };
  const found = await readReport(reportFile).catch(() => none);
  // Vitest may also fail without a failed test, for example on a promise that nobody caught.
  return succeeded ? found : { ...found, failed: Math.max(1, found.failed) };
}

/** Says in plain words what the totals do not. */
function explain(): void {
  for (const { file, tests } of report.skippedIn) console.log(`did not run: ${file} (${tests} tests)`);
  for (const problem of missing) console.log(`missing: ${problem}`);
  for (const check of failedChecks) console.log(`failed: ${check}`);
  if (missing.length > 0 && isRequired) console.log('failed: a missing service is an error here');
}
