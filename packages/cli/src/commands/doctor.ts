import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import type { Finding } from '../doctor/finding.ts';
import { Mistake } from '../mistake.ts';
import { findTarget } from '../target.ts';

const marks: Record<Finding['state'], string> = {
  ok: 'ok',
  note: 'note',
  warning: 'WARNING',
  failed: 'FAILED',
};

export function addDoctor(program: Command, context: CliContext): void {
  program
    .command('doctor')
    .description(
      'is this machine fit to run Longwire: ports, file limit, every backend, clock; changes nothing; exits with 1 if not',
    )
    .action(async () => {
      const findings = await examine(context);
      context.terminal.table(findings, {
        CHECK: ({ check }) => check,
        STATE: ({ state }) => marks[state],
        DETAIL: ({ detail }) => detail,
      });
      const failed = findings.filter(({ state }) => state === 'failed').map(({ check }) => check);
      if (failed.length > 0) throw new Mistake(`failed: ${failed.join(', ')}`, 1, 'checks-failed');
    });
}

async function examine({ cwd, env }: CliContext): Promise<Finding[]> {
  const { loadDevConfig } = await import('../dev/dev-config.ts');
  const checks = await import('../doctor/checks.ts');
  const config = loadDevConfig(env, 'not-needed-to-look-at-this-machine');
  const { examineBackends } = await import('../doctor/backends.ts');
  const { compareClocks, readHttpClock } = await import('../doctor/clock.ts');
  const { checkCertificates } = await import('../doctor/certificates.ts');
  const { auth } = await findTarget({ cwd, env });
  const [ports, fileLimit, tokenKeys, certificates, backends, authClock] = await Promise.all([
    checks.checkPorts(config),
    checks.checkFileLimit(config),
    checks.checkTokenKeys(config),
    checkCertificates(config),
    examineBackends(config),
    readHttpClock('auth-service', auth.url),
  ]);
  const clocks = [authClock, ...backends.map(({ clock }) => clock)].filter((reading) => reading !== null);
  return [
    { check: 'Node.js', state: 'ok', detail: process.versions.node },
    ...ports,
    fileLimit,
    tokenKeys,
    ...certificates,
    ...backends.map(({ finding }) => finding),
    compareClocks(clocks, auth.url),
  ];
}
