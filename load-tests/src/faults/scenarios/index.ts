import type { Scenario } from '../scenario.ts';
import { backendScenarios } from './backends.ts';

/** All of them, in the order in which they are run. */
export const scenarios: readonly Scenario[] = [...backendScenarios];
