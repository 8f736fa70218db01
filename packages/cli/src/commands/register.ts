import type { Command } from 'commander';
import { registerClient } from '../client-session.ts';
import type { CliContext } from '../context.ts';
import { findTarget } from '../target.ts';

export function addRegister(program: Command, context: CliContext): void {
  program
    .command('register <clientId>')
    .description('register a client and save its secret here')
    .action(async (clientId: string) => {
      const target = await findTarget(context);
      const { clientSecret } = await registerClient(target, clientId);
      const file = target.clients.fileOf(clientId);
      context.terminal.result(
        { clientId, clientSecret, file },
        `${clientId} is registered; its secret is in ${file}`,
      );
    });
}
