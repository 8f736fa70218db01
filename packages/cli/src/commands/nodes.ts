import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { findTarget } from '../target.ts';

/** A push-server, as the admin API tells. Null: it is not registered, or does not report. */
export interface NodeStatus {
  readonly nodeId: string;
  readonly presence: string;
  readonly state: string | null;
  readonly weight: number | null;
  readonly addresses: { readonly tcp?: string } | null;
  readonly sessions: number | null;
  readonly memoryBytes: number | null;
  readonly eventLoopDelayMs: number | null;
}

export function addNodes(program: Command, context: CliContext): void {
  program
    .command('nodes')
    .description('every push-server: state, weight, sessions, memory')
    .action(async () => {
      const { admin } = await findTarget(context);
      const { nodes } = await admin.get<{ nodes: NodeStatus[] }>('/v1/nodes');
      context.terminal.table(nodes, {
        NODE: ({ nodeId }) => nodeId,
        STATE: ({ state, presence }) => (presence === 'full' ? orDash(state) : presence),
        ADDRESS: ({ addresses }) => orDash(addresses?.tcp),
        WEIGHT: ({ weight }) => orDash(weight),
        SESSIONS: ({ sessions }) => orDash(sessions),
        MEMORY: ({ memoryBytes }) =>
          memoryBytes === null ? '-' : `${Math.round(memoryBytes / 1048576)} MiB`,
        LAG: ({ eventLoopDelayMs }) =>
          eventLoopDelayMs === null ? '-' : `${eventLoopDelayMs.toFixed(1)} ms`,
      });
    });
}

function orDash(value: string | number | null | undefined): string {
  return value === null || value === undefined ? '-' : String(value);
}
