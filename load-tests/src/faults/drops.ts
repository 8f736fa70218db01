import type { Drop } from '../traffic/traffic-client.ts';
import type { MayDrop } from './scenario.ts';

const EXAMPLES = 5;

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
