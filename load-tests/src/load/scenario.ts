import type { LoadOptions } from './arguments.ts';
import type { Findings } from './findings.ts';
import type { Fleet } from './clients/fleet.ts';
import type { Sampler } from './sampling/sampler.ts';
import type { Target } from './target/target.ts';
import type { Pushes } from './target/pushes.ts';
import type { SeededRandom } from '../lib/random.ts';

/** Services beside the push-servers. */
export type HelperRole = 'route' | 'consumer' | 'admin';

/** One kind of load, and what it measures. */
export interface Scenario {
  readonly name: string;
  readonly what: string;
  readonly defaults: Pick<LoadOptions, 'connections' | 'nodes' | 'ratePerSecond' | 'durationSeconds'>;
  readonly services: readonly HelperRole[];
  /** What it does needs so many; left out: 1. */
  readonly fewestNodes?: number;
  /** Each of them is one process, which has all clients. */
  readonly hasBareServers?: boolean;
  /** How often each client has a heartbeat; left out: what push-servers ask for by default. */
  readonly heartbeatSeconds?: number;
  /** Its other nodes must have room for the clients of one that is ended. */
  readonly losesNode?: boolean;
  run(bench: Bench): Promise<void>;
}

/** What a push-server asks for by default. */
const DEFAULT_HEARTBEAT_SECONDS = 60;

export function heartbeatSecondsOf({ heartbeatSeconds = DEFAULT_HEARTBEAT_SECONDS }: Scenario): number {
  return heartbeatSeconds;
}

/** What a scenario works with. */
export interface Bench {
  readonly options: LoadOptions;
  readonly target: Target;
  /** The clients, none of which is connected yet. */
  readonly fleet: Fleet;
  readonly pushes: Pushes;
  readonly findings: Findings;
  readonly sampler: Sampler;
  readonly random: SeededRandom;
  readonly heartbeatSeconds: number;
  /** The run's own folder, for files and logs. */
  readonly folder: string;
  readonly say: (line: string) => void;
  /** Gives a stretch of the run a name, for progress and charts. */
  phase<Value>(name: string, work: () => Promise<Value>): Promise<Value>;
}
