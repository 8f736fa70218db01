import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { Mistake } from '../mistake.ts';
import { wholeNumber } from '../options.ts';
import { findTarget } from '../target.ts';

/** A push-server, as the admin API tells. Null: it is not registered, or does not report. */
export interface NodeStatus {
  readonly nodeId: string;
  readonly presence: string;
  readonly state: string | null;
  readonly weight: number | null;
  readonly operatorWeight: number | null;
  readonly loadFactor: number | null;
  readonly share: number;
  readonly addresses: { readonly tcp?: string; readonly tls?: string } | null;
  readonly sessions: number | null;
  readonly memoryBytes: number | null;
  readonly eventLoopDelayMs: number | null;
}

export function addNodes(program: Command, context: CliContext): void {
  const nodesCommand = program
    .command('nodes')
    .description('every push-server: state, weight, share of new clients, sessions, memory')
    .action(async () => {
      const { admin } = await findTarget(context);
      const { nodes } = await admin.get<{ nodes: NodeStatus[] }>('/v1/nodes');
      context.terminal.table(nodes, {
        NODE: ({ nodeId }) => nodeId,
        STATE: ({ state, presence }) => (presence === 'full' ? orDash(state) : presence),
        ADDRESS: ({ addresses }) => orDash(addresses?.tls ?? addresses?.tcp),
        WEIGHT: ({ weight, operatorWeight }) => `${orDash(weight)}${operatorWeight === null ? '' : ' set'}`,
        FACTOR: ({ loadFactor }) => (loadFactor === null ? '-' : loadFactor.toFixed(2)),
        SHARE: ({ share }) => `${(100 * share).toFixed(1)} %`,
        SESSIONS: ({ sessions }) => orDash(sessions),
        MEMORY: ({ memoryBytes }) =>
          memoryBytes === null ? '-' : `${Math.round(memoryBytes / 1048576)} MiB`,
        LAG: ({ eventLoopDelayMs }) =>
          eventLoopDelayMs === null ? '-' : `${eventLoopDelayMs.toFixed(1)} ms`,
      });
    });
  addWeight(nodesCommand, context);
  addDrain(nodesCommand, context);
  addRebalance(nodesCommand, context);
}

function addWeight(nodes: Command, context: CliContext): void {
  nodes
    .command('weight <nodeId>')
    .description('set the weight of a push-server, or have it take its own again')
    .argument('<weight>', '0.001 to 1000; 1 is an ordinary node; "default": its own')
    .action(async (nodeId: string, text: string) => {
      const weight = await weightOf(text);
      const { admin } = await findTarget(context);
      const path = `${pathOf(nodeId)}/weight`;
      const answer: object = await (weight === null ? admin.delete(path) : admin.put(path, { weight }));
      const now = weight === null ? 'has its own weight again' : `has weight ${weight}`;
      context.terminal.result(answer, `${nodeId} ${now}; who is connected stays until \`nodes rebalance\``);
    });
}

function addDrain(nodes: Command, context: CliContext): void {
  nodes
    .command('drain <nodeId>')
    .description('send the clients of a push-server elsewhere and end its process')
    .action(async (nodeId: string) => {
      const { admin } = await findTarget(context);
      const answer = await admin.post<object>(`${pathOf(nodeId)}/drain`);
      context.terminal.result(answer, `${nodeId} drains; it ends when its clients have gone`);
    });
}

interface Rebalance {
  readonly clients: number;
  readonly clientsPerSecond: number;
  readonly nodes: readonly { readonly nodeId: string; readonly clients: number | null }[];
}

function addRebalance(nodes: Command, context: CliContext): void {
  nodes
    .command('rebalance')
    .description(
      'send clients to the push-servers where they belong now: after one was added, or weights were changed',
    )
    .option('--rate <clients>', 'clients a second, of the whole cluster', wholeNumber)
    .action(async ({ rate }: { rate?: number }) => {
      const { admin } = await findTarget(context);
      const body = rate === undefined ? {} : { clientsPerSecond: rate };
      const answer = await admin.post<Rebalance>('/v1/rebalances', body);
      const { clients, clientsPerSecond } = answer;
      context.terminal.result(answer, `${clients} clients move, ${clientsPerSecond} a second at most`);
      const silent = answer.nodes.filter((node) => node.clients === null).map(({ nodeId }) => nodeId);
      if (silent.length === 0) return;
      context.terminal.remark(`did not answer, their clients stay: ${silent.join(', ')}`);
      context.exitCode = 1;
    });
}

async function weightOf(text: string): Promise<number | null> {
  if (text === 'default') return null;
  // Loaded here because it brings many libraries, and no other command that asks a cluster needs it.
  const { weightRange } = await import('@longwire/cluster');
  const weight = Number(text);
  if (text !== '' && weight >= weightRange.minimum && weight <= weightRange.maximum) return weight;
  throw new Mistake(`"${text}" is no weight. It must be from 0.001 to 1000, or "default".`, 2);
}

function pathOf(nodeId: string): string {
  return `/v1/nodes/${encodeURIComponent(nodeId)}`;
}

function orDash(value: string | number | null | undefined): string {
  return value === null || value === undefined ? '-' : String(value);
}
