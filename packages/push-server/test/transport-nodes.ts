/**
 * `npm run test:nodes`: tries the transports, and who may upgrade a connection, under each version of Node that is supported, which npm fetches into its
 * cache. Within the tests they run under the Node of the project alone. Exits with 1 when a version fails.
 */
import { spawnSync } from 'node:child_process';
import { acceptHandles } from '../src/connection/handle-transport.ts';
import { tryHandles } from '../src/listener/choose-transport.ts';
import { upgradeCases } from '../../service-kit/test/upgrades.conformance.ts';
import { runTransportCase, transportCases, transportKinds } from './transport.conformance.ts';

/** 24.0 does not ask who may upgrade a connection. */
const versions = ['22', '24.0', '24', '26'];
const DEADLINE_MS = 300_000;

if (process.argv[2] === 'here') await runHere();
else for (const version of versions) runUnder(version);

function runUnder(version: string): void {
  const args = ['exec', '--yes', `--package=node@${version}`, '--', 'node', import.meta.filename, 'here'];
  const { status, error } = spawnSync('npm', args, { stdio: 'inherit', timeout: DEADLINE_MS });
  if (status === 0) return;
  console.log(`Node ${version}: FAILED ${error?.message ?? ''}`);
  process.exitCode = 1;
}

async function runHere(): Promise<void> {
  await tryHandles(acceptHandles);
  for (const listen of Object.values(transportKinds))
    for (const [name, run] of Object.entries(transportCases))
      await runTransportCase(run, listen).catch((error: unknown) => {
        throw new Error(name, { cause: error });
      });
  for (const [name, run] of Object.entries(upgradeCases))
    await run().catch((error: unknown) => {
      throw new Error(name, { cause: error });
    });
  const [ofTransports, ofUpgrades] = [transportCases, upgradeCases].map((cases) => Object.keys(cases).length);
  console.log(
    `Node ${process.version}: the trial, ${ofTransports} cases of each transport and ${ofUpgrades} of upgrades passed`,
  );
}
