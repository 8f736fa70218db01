import type { Command } from 'commander';
import { clientAtHand } from '../client-session.ts';
import type { CliContext } from '../context.ts';
import { findTarget } from '../target.ts';

interface SignedIn {
  readonly token: string;
  readonly expiresAt: string;
  readonly pushServer: { readonly nodeId: string; readonly tcp?: string; readonly tls?: string };
}

export function addToken(program: Command, context: CliContext): void {
  program
    .command('token <clientId>')
    .description('sign a client in and print its token (registers it first if it is new)')
    .action(async (clientId: string) => {
      const target = await findTarget(context);
      const { clientSecret } = await clientAtHand(target, clientId, context);
      const signedIn = await target.auth.post<SignedIn>('/v1/tokens', { clientId, clientSecret });
      context.terminal.result({ clientId, ...signedIn }, signedIn.token);
    });
}
