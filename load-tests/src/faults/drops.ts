import type { Drop } from '../traffic/traffic-client.ts';
import type { Lab } from './lab.ts';
import type { MayDrop } from './scenario.ts';

const EXAMPLES = 5;

/** The node of each client that is connected. */
export async function homesOf({ fleet, probes, cluster, services }: Lab): Promise<Map<string, string>> {
  const clientIds = [...fleet.clientIds, ...probes.map(({ clientId }) => clientId)];
  const connectionOf = (clientId: string): Promise<{ connection: string | null }> =>
    cluster.call(services.admin, 'GET', `/v1/clients/${clientId}`);
  const homes = clientIds.map(async (clientId) => {
    const { connection } = await connectionOf(clientId);
    return [clientId, connection?.split('/')[0] ?? ''] as const;
  });
  return new Map(await Promise.all(homes));
}

/** What is wrong with lost connections, in words: of clients whose node is not named, or for a reason that is not. Empty: nothing. */
export function wrongDrops(
  drops: readonly Pick<Drop, 'clientId' | 'reason'>[],
  mayDrop: MayDrop | undefined,
  homes: ReadonlyMap<string, string>,
): string[] {
  const isRight = ({ clientId, reason }: Pick<Drop, 'clientId' | 'reason'>): boolean =>
    mayDrop !== undefined &&
    mayDrop.nodes.includes(homes.get(clientId) ?? '') &&
    mayDrop.reasons.includes(reason);
  const wrong = drops.filter((drop) => !isRight(drop));
  if (wrong.length === 0) return [];
  const examples = wrong
    .slice(0, EXAMPLES)
    .map(({ clientId, reason }) => `${clientId} of ${homes.get(clientId) ?? 'no node'}: ${reason}`);
  return [`${wrong.length} connections were lost that must stay, such as ${examples.join(', ')}`];
}
