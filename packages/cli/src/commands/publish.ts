import type { Command } from 'commander';
import { asClient } from '../client-session.ts';
import { remarkIfElsewhere } from '../connected-elsewhere.ts';
import type { CliContext } from '../context.ts';

export function addPublish(program: Command, context: CliContext): void {
  program
    .command('publish <text>')
    .description('send a text upstream; ends when the upstream log has it')
    .requiredOption('--from <clientId>', 'the sender (registered first if it is new)')
    .requiredOption('--kind <kind>', 'what it is about, for example chat or metrics')
    .action(async (text: string, { from, kind }: { from: string; kind: string }) => {
      await remarkIfElsewhere(context, from);
      const { status } = await asClient(context, from, (client) => client.publish(kind, text));
      context.terminal.result({ from, kind, status }, status);
    });
}
