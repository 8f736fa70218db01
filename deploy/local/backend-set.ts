import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Backend, Need } from './backend.ts';
import { kafka } from './backends/kafka.ts';
import { mariadb } from './backends/mariadb.ts';
import { redis } from './backends/redis.ts';
import { zookeeper } from './backends/zookeeper.ts';
import { isDaemonRunning, lastWords, startDaemon, stopDaemon } from './daemon.ts';
import { dockerAnswers, isContainer, startContainer, stopContainers } from './docker.ts';
import { installMissing, missingParts } from './install.ts';
import { withLock } from './lock.ts';
import {
  backendNames,
  lockPort,
  placeOf,
  setFolder,
  type BackendName,
  type Place,
  type SetName,
} from './sets.ts';

export const backends: readonly Backend[] = [redis, zookeeper, kafka, mariadb];

const probeTimeoutMs = 3000;
const startTimeoutMs = 90_000;
const lockTimeoutMs = 900_000;

/** A running backend's address, or why there is none. */
export type Outcome = { name: BackendName; variable: string } & ({ address: string } | { problem: string });

export interface StartOptions {
  /** Default: all of them. */
  only?: readonly BackendName[];
  /** What else to install along, where that is possible. */
  alsoInstall?: readonly Need[];
}

/**
 * Starts what does not answer already, after installing what is missing where that is possible, and waits until each
 * backend answers a real request. Never throws for a backend: each has its own outcome. Writes the set's env.json.
 */
export async function startSet(set: SetName, options: StartOptions = {}): Promise<Outcome[]> {
  const chosen = backends.filter(({ name }) => options.only?.includes(name) ?? true);
  return locked(set, async () => {
    const needs = [...chosen.flatMap((backend) => backend.needs), ...(options.alsoInstall ?? [])];
    const whyNotInstalled = await installMissing(needs).then(
      () => '',
      (error: Error) => `; not installed: ${error.message}`,
    );
    const outcomes = await Promise.all(
      chosen.map((backend) => outcomeOf(set, backend, () => start(set, backend, whyNotInstalled))),
    );
    await writeAddresses(set);
    return outcomes;
  });
}

/** Ends the set's processes and containers and removes their data, so that the next start finds it empty. */
export async function stopSet(set: SetName, only: readonly BackendName[] = backendNames): Promise<void> {
  await locked(set, async () => {
    const folders = only.map((name) => placeOf(set, name).folder);
    if (folders.some(isContainer)) await stopContainers(set);
    await Promise.all(
      folders.map(async (folder) => {
        await stopDaemon(folder);
        await rm(folder, { recursive: true, force: true });
      }),
    );
    await writeAddresses(set);
  });
}

/** Which backends of the set answer at this moment. */
export async function statusOfSet(set: SetName): Promise<Outcome[]> {
  return Promise.all(
    backends.map((backend) =>
      outcomeOf(set, backend, async () => {
        const place = placeOf(set, backend.name);
        if (!(await isRunning(place.folder))) throw new Error('not running');
        await backend.probe(place, probeTimeoutMs);
      }),
    ),
  );
}

/** How each backend of the set is set up, in words, by its name. */
export function tuningOf(set: SetName): Record<BackendName, string> {
  const words = (backend: Backend): string => {
    const place = placeOf(set, backend.name);
    return isContainer(place.folder) ? 'a container of deploy/compose.yaml' : backend.tuning(place);
  };
  return Object.fromEntries(backends.map((backend) => [backend.name, words(backend)])) as Record<
    BackendName,
    string
  >;
}

/** JSON of one object: the variables (`LONGWIRE_REDIS_URL` and so on) of the backends that answer. */
export function environmentFile(set: SetName): string {
  return join(setFolder(set), 'env.json');
}

async function outcomeOf(set: SetName, backend: Backend, work: () => Promise<void>): Promise<Outcome> {
  const { name, variable } = backend;
  return work().then(
    () => ({ name, variable, address: backend.address(placeOf(set, name)) }),
    (error: Error) => ({ name, variable, problem: error.message }),
  );
}

async function start(set: SetName, backend: Backend, whyNotInstalled: string): Promise<void> {
  const place = placeOf(set, backend.name);
  if (await answers(backend, place)) return;
  await stopDaemon(place.folder);
  await mkdir(place.folder, { recursive: true });
  const missing = missingParts(backend.needs);
  if (missing === null) await startDaemon(place.folder, await backend.prepare(place));
  else if (await dockerAnswers()) await startContainer(set, backend);
  else throw new Error(`${missing}${whyNotInstalled}; and no Docker engine answers`);
  await untilAnswering(backend, place);
}

async function untilAnswering(backend: Backend, place: Place): Promise<void> {
  const deadline = Date.now() + startTimeoutMs;
  while (!(await answers(backend, place))) {
    const runs = await isRunning(place.folder);
    if (runs && Date.now() < deadline) {
      await sleep(100);
      continue;
    }
    await stopDaemon(place.folder);
    const what = runs ? `did not answer within ${startTimeoutMs} ms` : 'ended at once';
    throw new Error(`${what}; its log ends with:\n${await lastWords(place.folder)}`);
  }
}

async function isRunning(folder: string): Promise<boolean> {
  return isContainer(folder) || (await isDaemonRunning(folder));
}

/** Only asked while our own process runs, so that someone else's server on the same port is never taken for ours. */
async function answers(backend: Backend, place: Place): Promise<boolean> {
  if (!(await isRunning(place.folder))) return false;
  return backend.probe(place, probeTimeoutMs).then(
    () => isRunning(place.folder),
    () => false,
  );
}

async function writeAddresses(set: SetName): Promise<void> {
  const outcomes = await statusOfSet(set);
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
