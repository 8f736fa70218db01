import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import type { Finding } from '../doctor/checks.ts';
import { findTarget } from '../target.ts';

const marks: Record<Finding['state'], string> = { ok: 'ok', warning: 'WARNING', failed: 'FAILED' };

export function addDoctor(program: Command, context: CliContext): void {
  program
    .command('doctor')
    .description(
      'is this machine fit to run Longwire: ports, file limit, every backend, clock; exits with 1 if not',
    )
    .action(async () => {
      const findings = await examine(context);
      context.terminal.table(findings, {
        CHECK: ({ check }) => check,
        STATE: ({ state }) => marks[state],
        DETAIL: ({ detail }) => detail,
      });
      if (findings.some(({ state }) => state === 'failed')) context.exitCode = 1;
    });
}

async function examine({ cwd, env }: CliContext): Promise<Finding[]> {
  const { loadDevConfig } = await import('../dev/dev-config.ts');
  const checks = await import('../doctor/checks.ts');
  const config = loadDevConfig(env, 'not-needed-to-look-at-this-machine');
  const { auth } = await findTarget({ cwd, env });
  const found = await Promise.all([
    checks.checkPorts(config),
    checks.checkFileLimit(config),
    checks.checkTokenKeys(config),
    checks.checkBackends(config),
    checks.checkClock(auth.url),
  ]);
  const node: Finding = { check: 'Node.js', state: 'ok', detail: process.versions.node };
  return [node, ...found.flat()];
}
