/**
 * Real Redis, ZooKeeper, Kafka and MariaDB on this machine, without Docker: `npm run backends -- start|stop|status|install [set]`.
 * As a module it gives `startBackends` and `stopBackends` to the demo, the load tool and the fault laboratory.
 */
import { backends, startSet, statusOfSet, stopSet, type Outcome } from './backend-set.ts';
import { installMissing } from './install.ts';
import { isSetName, setNames, type SetName } from './sets.ts';

export interface BackendAddresses {
  redisUrl: string;
  zookeeperServers: string;
  kafkaBrokers: string;
  databaseUrl: string;
}

/** Starts a whole set (see startSet) and answers with its addresses; throws when a backend could not be started. */
export async function startBackends(set: SetName): Promise<BackendAddresses> {
  const outcomes = await startSet(set);
  const problems = outcomes.flatMap((outcome) => ('problem' in outcome ? [describe(outcome)] : []));
  if (problems.length > 0) throw new Error(`not every backend could be started\n${problems.join('\n')}`);
  const address = (name: Outcome['name']) => {
    const found = outcomes.find((outcome) => outcome.name === name);
    return found && 'address' in found ? found.address : '';
  };
  return {
    redisUrl: address('redis'),
    zookeeperServers: address('zookeeper'),
    kafkaBrokers: address('kafka'),
    databaseUrl: address('mariadb'),
  };
}

/** Ends the processes of a set and removes its data. */
export async function stopBackends(set: SetName): Promise<void> {
  await stopSet(set);
}

export function describe(outcome: Outcome): string {
  return 'address' in outcome
    ? `${outcome.variable}=${outcome.address}`
    : `${outcome.name}: ${outcome.problem}`;
}

const usage = `usage: npm run backends -- start|stop|status|install [${setNames.join('|')}]`;

async function main(action = '', set = 'test'): Promise<void> {
  if (!isSetName(set)) throw new Error(usage);
  if (action === 'start') report(await startSet(set));
  else if (action === 'status') report(await statusOfSet(set));
  else if (action === 'stop') await stopSet(set);
  else if (action === 'install') await installMissing(backends.flatMap((backend) => backend.needs));
  else throw new Error(usage);
}

/** Addresses on standard output, to be read by a program; problems on standard error. */
function report(outcomes: Outcome[]): void {
  for (const outcome of outcomes) {
    if ('address' in outcome) console.log(describe(outcome));
    else console.error(describe(outcome));
  }
  if (outcomes.some((outcome) => 'problem' in outcome)) process.exitCode = 1;
}

if (import.meta.main) {
  await main(...process.argv.slice(2)).catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
