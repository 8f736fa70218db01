import type { Scenario } from '../scenario.ts';
import { backendScenarios } from './backends.ts';
import { deathScenarios } from './deaths.ts';
import { edgeScenarios } from './edges.ts';
import { identityScenarios } from './identity.ts';
import { outOfFiles } from './open-files.ts';
import { pauseScenarios } from './pauses.ts';
import { pushRouteKilled } from './push-route-killed.ts';
import { redisScenarios } from './redis.ts';
import { steeringScenarios } from './steering.ts';
import { zookeeperScenarios } from './zookeeper.ts';

const all: readonly Scenario[] = [
  ...backendScenarios,
  ...zookeeperScenarios,
  ...redisScenarios,
  ...deathScenarios,
  pushRouteKilled,
  ...identityScenarios,
  ...steeringScenarios,
  ...pauseScenarios,
  ...edgeScenarios,
  outOfFiles,
];

/** All of them, in the order in which they are run: those that need a cluster of their own come last. */
export const scenarios: readonly Scenario[] = [
  ...all.filter(({ prepare }) => prepare === undefined),
  ...all.filter(({ prepare }) => prepare !== undefined),
];
