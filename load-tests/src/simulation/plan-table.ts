import { bends, bendsAt, demands } from './plan.ts';
import { rounded, textTable } from './text-table.ts';

const sizes = [1e6, 10e6, 100e6];

const needs = demands.map(({ what, unit, of }) => ({ what, unit, amounts: sizes.map(of) }));
const bendsInOrder = bends
  .map((bend) => {
    const { what, limit, unit, why } = bend;
    return { what, limit, unit, why, clients: bendsAt(bend) };
  })
  .sort((one, other) => one.clients - other.clients);

/** These two stand in docs/scale.md, just so. */
export const needsTable: string = textTable([
  ['(arithmetic)', ...sizes.map((clients) => `${rounded(clients)} clients`)],
  ...needs.map(({ what, unit, amounts }) => [
    what,
    ...amounts.map((amount) => `${rounded(amount)} ${unit}`.trim()),
  ]),
]);

export const bendsTable: string = textTable([
  ['clients', 'what', 'limit', 'why'],
  ...bendsInOrder.map(({ what, limit, unit, why, clients }) => [
    rounded(clients),
    what,
    `${limit.toLocaleString('en-US')} ${unit}`.trim(),
    why,
  ]),
]);

export function showPlan(): Promise<unknown> {
  console.log('\nWhat clients need, by the costs of costs.ts and the assumptions of plan.ts\n');
  console.log(needsTable);
  console.log('\nWhere it bends, first things first\n');
  console.log(bendsTable);
  return Promise.resolve({ needs, bends: bendsInOrder });
}
