import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { STATE_FOLDER } from '../state/dev-state.ts';
import { untilStopped } from '../until-stopped.ts';

const stopDeadlineMs = 20_000;

export function addDev(program: Command, context: CliContext): void {
  program
    .command('dev')
    .description(`run the whole cluster in this process; it keeps its state in ./${STATE_FOLDER}`)
    .action(async () => {
      const startedAtMs = performance.now();
      const stopped = untilStopped();
      // Loaded here because the other commands do not need the whole cluster.
      const { openDev } = await import('../dev/open-dev.ts');
      const dev = await openDev(resolve(context.cwd, STATE_FOLDER), context.env);
      const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1);
      context.terminal.result(
        { ready: true, authUrl: dev.authUrl, adminUrl: dev.adminUrl, pushServer: dev.pushServer },
        `Longwire is ready (${seconds} s). Try: npx longwire listen alice   and in another terminal: npx longwire push --to alice "hello"`,
      );
      await stopped;
      const late = setTimeout(() => {
        context.terminal.remark(`not stopped within ${stopDeadlineMs / 1000} s: ending`);
        process.exit(1);
      }, stopDeadlineMs);
      await dev.stop();
      clearTimeout(late);
    });
}
