import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { findTarget } from '../target.ts';

interface ClientStatus {
  readonly clientId: string;
  readonly registeredAt: string | null;
  readonly online: boolean;
  readonly nodeId: string | null;
  readonly since: string | null;
}

export function addClient(program: Command, context: CliContext): void {
  program
    .command('client <clientId>')
    .description('is a client registered and online, where, since when')
    .action(async (clientId: string) => {
      const { admin } = await findTarget(context);
      const client = await admin.get<ClientStatus>(`/v1/clients/${encodeURIComponent(clientId)}`);
      const { online, nodeId, since, registeredAt } = client;
      const registered = registeredAt === null ? 'not registered' : `registered at ${registeredAt}`;
      const where = online ? `online on ${nodeId} since ${since}` : 'offline';
      context.terminal.result(client, `${clientId}: ${where}; ${registered}`);
    });
}
