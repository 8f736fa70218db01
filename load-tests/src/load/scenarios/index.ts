import type { Scenario } from '../scenario.ts';
import { broadcast } from './broadcast.ts';
import { churn } from './churn.ts';
import { floor } from './floor.ts';
import { guard } from './guard.ts';
import { idle } from './idle.ts';
import { million } from './million.ts';
import { p2p } from './p2p.ts';
import { soak } from './soak.ts';
import { storm } from './storm.ts';
import { targeted } from './targeted.ts';
import { upstream } from './upstream.ts';

export const scenarios: readonly Scenario[] = [
  floor,
  idle,
  storm,
  broadcast,
  targeted,
  p2p,
  upstream,
  churn,
  million,
  soak,
  guard,
];
