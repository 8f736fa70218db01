import type { Command } from 'commander';
import type { ConfigError, ConfigProblem } from '@longwire/service-kit';
import type { CliContext } from '../context.ts';
import { Mistake } from '../mistake.ts';

export function addConfig(program: Command, context: CliContext): void {
  const config = program.command('config').description('the settings of the roles');
  config
    .command('check')
    .description('say what is wrong with the settings of each role (environment and LONGWIRE_CONFIG)')
    .argument('[roles...]', 'only these: auth push route consumer admin dev; all but dev unless given')
    .action(async (names: string[]) => {
      const loaders = await loadersByRole();
      const unknown = names.find((name) => !(name in loaders));
      if (unknown !== undefined)
        throw new Mistake(`unknown role ${unknown}; allowed: ${Object.keys(loaders).join(', ')}`, 2);
      const roles = names.length > 0 ? names : Object.keys(loaders).filter((role) => role !== 'dev');
      const results = roles.map((role) => ({
        role,
        problems: problemsOf(() => loaders[role]!(context.env)),
      }));
      for (const result of results) context.terminal.result(result, describe(result));
      if (results.some(({ problems }) => problems.length > 0))
        throw new Mistake('the configuration is wrong', 2, 'wrong-configuration');
    });
}

async function loadersByRole(): Promise<Record<string, (env: NodeJS.ProcessEnv) => unknown>> {
  const [auth, push, route, consumer, admin, dev] = await Promise.all([
    import('@longwire/auth-service'),
    import('@longwire/push-server'),
    import('@longwire/push-route'),
    import('@longwire/upstream-consumer'),
    import('@longwire/admin-platform'),
    import('../dev/dev-config.ts'),
  ]);
  return {
    auth: auth.loadAuthConfig,
    push: push.loadPushServerConfig,
    route: route.loadPushRouteConfig,
    consumer: consumer.loadUpstreamConsumerConfig,
    admin: admin.loadAdminPlatformConfig,
    dev: (env) => dev.loadDevConfig(env, 'generated-at-the-first-start-of-dev'),
  };
}

function problemsOf(load: () => unknown): readonly ConfigProblem[] {
  try {
    load();
    return [];
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ConfigError') throw error;
    return (error as ConfigError).problems;
  }
}

function describe({ role, problems }: { role: string; problems: readonly ConfigProblem[] }): string {
  if (problems.length === 0) return `${role}: right`;
  const lines = problems.map(
    ({ key, source, given, allowed }) =>
      `  ${key} (${source}): ${given === null ? '' : `given ${given}; `}allowed: ${allowed}`,
  );
  return [`${role}: wrong`, ...lines].join('\n');
}
