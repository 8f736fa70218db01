import type { Command } from 'commander';
import type { LongwireClient, ReceivedMessage } from '@longwire/sdk';
import { asClient } from '../client-session.ts';
import type { CliContext } from '../context.ts';
import { Mistake } from '../mistake.ts';
import { wholeNumber } from '../options.ts';
import { untilStopped } from '../until-stopped.ts';

export function addListen(program: Command, context: CliContext): void {
  program
    .command('listen <clientId>')
    .description('stay connected and print what comes in (registers the client first if it is new)')
    .option('--count <n>', 'end after so many messages', wholeNumber)
    .action(async (clientId: string, { count = Infinity }: { count?: number }) => {
      await asClient(context, clientId, (client) => listen(context, client, count));
    });
}

function listen({ terminal }: CliContext, client: LongwireClient, count: number): Promise<void> {
  terminal.remark(`${client.clientId} is connected; Ctrl-C ends`);
  return new Promise((resolve, reject) => {
    let left = count;
    client.on('message', (message) => {
      // What a sender was not told yet may come with the last one.
      if (left === 0) return Promise.reject(new Error('enough messages'));
      terminal.result(describe(message), `${message.from ?? 'push'}: ${message.payload.toString()}`);
      // The acknowledgement goes out before the goodbye.
      if (--left === 0) setImmediate(resolve);
      return undefined;
    });
    client.on('error', () => {});
    client.on('disconnected', ({ reason, name, willReconnect }) => {
      const why = [name, reason].filter(Boolean).join(': ');
      if (willReconnect) terminal.remark(`connection lost (${why}); connecting again`);
      else reject(new Mistake(`the connection has ended: ${why}`, 1, 'connection-closed'));
    });
    client.on('connected', () => terminal.remark('connected again'));
    void untilStopped().then(resolve);
  });
}

function describe({ messageId, from, payload, sentAtMs }: ReceivedMessage): object {
  const text = payload.toString();
  const isText = Buffer.from(text).equals(payload);
  return {
    messageId,
    from,
    ...(isText ? { text } : { base64: payload.toString('base64') }),
    sentAt: new Date(sentAtMs).toISOString(),
  };
}
