import { expect, it } from 'vitest';
import { upgradeCases } from './upgrades.conformance.ts';

it.each(Object.entries(upgradeCases))('%s', { timeout: 60_000 }, async (_, run) => {
  await expect(run()).resolves.toBeUndefined();
});
