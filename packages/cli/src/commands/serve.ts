import { beginLean } from '@longwire/service-kit/lean-heap';
import { Argument, type Command } from 'commander';
import type { CliContext } from '../context.ts';

/** How each role reads its settings and opens itself. Loaded one at a time: a process of one role has no use for the others. */
const roles = {
  async auth() {
    const { loadAuthConfig, openAuthService } = await import('@longwire/auth-service');
    return (env: NodeJS.ProcessEnv) => openAuthService(loadAuthConfig(env));
  },
  async push() {
    const { loadPushServerConfig, openPushServer } = await import('@longwire/push-server');
    return (env: NodeJS.ProcessEnv, requestStop: () => void) =>
      openPushServer(loadPushServerConfig(env), requestStop);
  },
  async route() {
    const { loadPushRouteConfig, openPushRoute } = await import('@longwire/push-route');
    return (env: NodeJS.ProcessEnv) => openPushRoute(loadPushRouteConfig(env));
  },
  async consumer() {
    const { loadUpstreamConsumerConfig, openUpstreamConsumer } = await import('@longwire/upstream-consumer');
    return (env: NodeJS.ProcessEnv) => openUpstreamConsumer(loadUpstreamConsumerConfig(env));
  },
  async admin() {
    const { loadAdminPlatformConfig, openAdminPlatform } = await import('@longwire/admin-platform');
    return (env: NodeJS.ProcessEnv) => openAdminPlatform(loadAdminPlatformConfig(env));
  },
};

const serviceNames: Record<keyof typeof roles, string> = {
  auth: 'auth-service',
  push: 'push-server',
  route: 'push-route',
  consumer: 'upstream-consumer',
  admin: 'admin-platform',
};

export function addServe(program: Command, context: CliContext): void {
  program
    .command('serve')
    .description('run one role in this process, configured by its environment and file')
    .addArgument(new Argument('<role>', 'which').choices(Object.keys(roles)))
    .action(async (role: keyof typeof roles) => {
      // A machine has many of these, and one or two of the others.
      const working = role === 'push' ? beginLean() : null;
      const { runMain } = await import('@longwire/service-kit');
      const open = await roles[role]();
      await runMain(serviceNames[role], (requestStop) => open(context.env, requestStop));
      working?.();
    });
}
