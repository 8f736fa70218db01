import type { Command } from 'commander';
import { asClient } from '../client-session.ts';
import type { CliContext } from '../context.ts';

export function addSend(program: Command, context: CliContext): void {
  program
    .command('send <text>')
    .description('send a text from one client to another; exits with 1 unless it was delivered')
    .requiredOption('--from <clientId>', 'the sender (registered first if it is new)')
    .requiredOption('--to <clientId>', 'the recipient')
    .action(async (text: string, { from, to }: { from: string; to: string }) => {
      const { status } = await asClient(context, from, (client) => client.send(to, text));
      context.terminal.result({ from, to, status }, status);
      if (status !== 'delivered') context.exitCode = 1;
    });
}
