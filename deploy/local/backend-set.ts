import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Backend } from './backend.ts';
import { kafka } from './backends/kafka.ts';
import { mariadb } from './backends/mariadb.ts';
import { redis } from './backends/redis.ts';
import { zookeeper } from './backends/zookeeper.ts';
import { isDaemonRunning, lastWords, startDaemon, stopDaemon } from './daemon.ts';
import { installMissing, missingParts } from './install.ts';
import { withLock } from './lock.ts';
import { lockPort, placeOf, setFolder, type BackendName, type Place, type SetName } from './sets.ts';

export const backends: readonly Backend[] = [redis, zookeeper, kafka, mariadb];

const probeTimeoutMs = 3000;
const startTimeoutMs = 90_000;
const lockTimeoutMs = 900_000;

/** A running backend's address, or why there is none. */
export type Outcome = { name: BackendName; variable: string } & ({ address: string } | { problem: string });

/**
 * Starts what does not answer already, after installing what is missing where that is possible, and waits until each
 * backend answers a real request. Never throws for a backend: each has its own outcome. Writes the set's env.json.
 */
export async function startSet(set: SetName): Promise<Outcome[]> {
  return locked(set, async () => {
    const whyNotInstalled = await installMissing([...backends]).then(
      () => '',
      (error: Error) => `; not installed: ${error.message}`,
    );
    const outcomes = await Promise.all(
      backends.map(async (backend): Promise<Outcome> => {
        const { name, variable } = backend;
        const missing = missingParts(backend);
        if (missing) return { name, variable, problem: missing + whyNotInstalled };
        const place = placeOf(set, name);
        return start(backend, place).then(
          () => ({ name, variable, address: backend.address(place) }),
          (error: Error) => ({ name, variable, problem: error.message }),
        );
      }),
    );
    await writeAddresses(set, outcomes);
    return outcomes;
  });
}

/** Ends the set's processes and removes its data, so that the next start finds it empty. */
export async function stopSet(set: SetName): Promise<void> {
  await locked(set, async () => {
    await rm(environmentFile(set), { force: true });
    await Promise.all(
      backends.map(async (backend) => {
        const { folder } = placeOf(set, backend.name);
        await stopDaemon(folder);
        await rm(folder, { recursive: true, force: true });
      }),
    );
  });
}

/** Which backends of the set answer at this moment. */
export async function statusOfSet(set: SetName): Promise<Outcome[]> {
  return Promise.all(
    backends.map(async (backend): Promise<Outcome> => {
      const { name, variable } = backend;
      const place = placeOf(set, name);
      if (!(await isDaemonRunning(place.folder))) return { name, variable, problem: 'not running' };
      return backend.probe(place, probeTimeoutMs).then(
        () => ({ name, variable, address: backend.address(place) }),
        (error: Error) => ({ name, variable, problem: `runs, but does not answer: ${error.message}` }),
      );
    }),
  );
}

/** JSON of one object: the variables (`LONGWIRE_REDIS_URL` and so on) of the backends that were started. */
export function environmentFile(set: SetName): string {
  return join(setFolder(set), 'env.json');
}

async function start(backend: Backend, place: Place): Promise<void> {
  if (await isDaemonRunning(place.folder)) {
    if (await answers(backend, place)) return;
    await stopDaemon(place.folder);
  }
  await mkdir(place.folder, { recursive: true });
  await startDaemon(place.folder, await backend.prepare(place));
  const deadline = Date.now() + startTimeoutMs;
  while (!(await answers(backend, place))) {
    const runs = await isDaemonRunning(place.folder);
    if (runs && Date.now() < deadline) {
      await sleep(100);
      continue;
    }
    await stopDaemon(place.folder);
    const what = runs ? `did not answer within ${startTimeoutMs} ms` : 'ended at once';
    throw new Error(`${backend.name} ${what}; its log ends with:\n${await lastWords(place.folder)}`);
  }
}

/** Only asked while our own process runs, so that someone else's server on the same port is never taken for ours. */
async function answers(backend: Backend, place: Place): Promise<boolean> {
  if (!(await isDaemonRunning(place.folder))) return false;
  return backend.probe(place, probeTimeoutMs).then(
    () => isDaemonRunning(place.folder),
    () => false,
  );
}

async function writeAddresses(set: SetName, outcomes: Outcome[]): Promise<void> {
  const addresses = outcomes.flatMap((outcome) =>
    'address' in outcome ? [[outcome.variable, outcome.address] as const] : [],
  );
  // The database's address holds its password.
  const text = JSON.stringify(Object.fromEntries(addresses), null, 2);
  await writeFile(environmentFile(set), `${text}\n`, { mode: 0o600 });
}

async function locked<T>(set: SetName, work: () => Promise<T>): Promise<T> {
  await mkdir(setFolder(set), { recursive: true });
  return withLock(lockPort(set), lockTimeoutMs, work);
}
