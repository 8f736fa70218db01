import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { findTarget } from '../target.ts';
import type { NodeStatus } from './nodes.ts';

interface Online {
  readonly byNodes: number;
  readonly byDirectory: number;
  readonly drift: number;
}

export function addStatus(program: Command, context: CliContext): void {
  program
    .command('status')
    .description('the cluster in a few words: nodes, and who is online by two counts')
    .action(async () => {
      const { admin } = await findTarget(context);
      const [{ nodes, isMembershipConnected }, { byNodes, byDirectory, drift }] = await Promise.all([
        admin.get<{ nodes: NodeStatus[]; isMembershipConnected: boolean }>('/v1/nodes'),
        admin.get<Online>('/v1/online'),
      ]);
      const active = nodes.filter(({ state, presence }) => state === 'active' && presence === 'full').length;
      const lines = [
        `push-servers: ${active} active of ${nodes.length}`,
        `online: ${byDirectory} by the directory, ${byNodes} by the nodes, drift ${drift}`,
        ...(isMembershipConnected ? [] : ['the coordination service is out of reach: the nodes may be old']),
      ];
      context.terminal.result(
        { nodes: nodes.length, active, byNodes, byDirectory, drift, isMembershipConnected },
        lines.join('\n'),
      );
    });
}
