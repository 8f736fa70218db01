import { bends, bendsAt, demands } from './plan.ts';
import { rounded, textTable } from './text-table.ts';

const sizes = [1e6, 10e6, 100e6];

export async function showPlan(): Promise<unknown> {
  const needs = demands.map(({ what, unit, of }) => ({ what, unit, amounts: sizes.map(of) }));
  const inOrder = bends
    .map((bend) => ({
      what: bend.what,
      limit: bend.limit,
      unit: bend.unit,
      why: bend.why,
      clients: bendsAt(bend),
    }))
    .sort((one, other) => one.clients - other.clients);
  console.log('\nWhat clients need, by the costs of costs.ts and the assumptions of plan.ts\n');
  console.log(
    textTable([
      ['', ...sizes.map((clients) => `${rounded(clients)} clients`)],
      ...needs.map(({ what, unit, amounts }) => [
        what,
        ...amounts.map((amount) => `${rounded(amount)} ${unit}`.trim()),
      ]),
    ]),
  );
  console.log('\nWhere it bends, first things first\n');
  console.log(
    textTable([
      ['clients', 'what', 'limit', 'why'],
      ...inOrder.map(({ what, limit, unit, why, clients }) => [
        rounded(clients),
        what,
        `${rounded(limit)} ${unit}`.trim(),
        why,
      ]),
    ]),
  );
  return { needs, bends: inOrder };
}
