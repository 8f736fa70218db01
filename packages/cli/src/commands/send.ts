import type { Command } from 'commander';
import { asClient } from '../client-session.ts';
import { remarkIfElsewhere } from '../connected-elsewhere.ts';
import type { CliContext } from '../context.ts';
import { Mistake } from '../mistake.ts';

export function addSend(program: Command, context: CliContext): void {
  program
    .command('send <text>')
    .description('send a text from one client to another; exits with 1 unless it was delivered')
    .requiredOption('--from <clientId>', 'the sender (registered first if it is new)')
    .requiredOption('--to <clientId>', 'the recipient')
    .action(async (text: string, { from, to }: { from: string; to: string }) => {
      if (from === to)
        throw new Mistake(`${from} cannot send to itself: --from and --to must be two different clients`, 2);
      await remarkIfElsewhere(context, from);
      const { status } = await asClient(context, from, (client) => client.send(to, text));
      const result = { from, to, status };
      if (status === 'delivered') return context.terminal.result(result, status);
      const error = { code: 'not-delivered', message: `not delivered to ${to}: ${status}` };
      context.terminal.result({ ...result, error }, status);
      context.exitCode = 1;
    });
}
