import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { findTarget } from '../target.ts';

export function addRevoke(program: Command, context: CliContext): void {
  program
    .command('revoke <clientId>')
    .description('refuse every token that a client has, and close its connection; it may sign in again')
    .action(async (clientId: string) => {
      const { auth } = await findTarget(context);
      await auth.post('/v1/tokens/revoke', { clientId });
      context.terminal.result({ clientId, revoked: true }, `the tokens of ${clientId} are revoked`);
    });
}
