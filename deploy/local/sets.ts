import { join, resolve } from 'node:path';

/** A set is one running group of backends with a folder and ports of its own, so that sets never disturb each other. */
export const setNames = ['test', 'demo', 'faults', 'load'] as const;
export type SetName = (typeof setNames)[number];

export const backendNames = ['redis', 'zookeeper', 'kafka', 'mariadb'] as const;
export type BackendName = (typeof backendNames)[number];

export const repositoryRoot = resolve(import.meta.dirname, '../..');
export const dataRoot = join(repositoryRoot, '.longwire');

const firstPort: Record<SetName, number> = {
  test: 17_001,
  demo: 17_101,
  faults: 17_601,
  load: 18_001,
};
/** Held by a run of the load tool, from its start to its end. */
export const loadLockPort = 18_090;
/** After the ports of the four backends come those that they do not share. */
const controllerOffset = backendNames.length;
const lockOffset = controllerOffset + 1;
const backDoorOffset = controllerOffset + 2;
const proxyOffset = controllerOffset + 3;

export function setFolder(set: SetName): string {
  return join(dataRoot, 'backends', set);
}

/** Held by the command that starts or stops the set. */
export function lockPort(set: SetName): number {
  return firstPort[set] + lockOffset;
}

export function isSetName(name: string): name is SetName {
  return setNames.some((known) => known === name);
}

/** Where one backend of a set lives: its folder (absolute) and its loopback ports. */
export interface Place {
  folder: string;
  port: number;
  /** Kafka's controller; the others do not use it. */
  controllerPort: number;
  /**
   * A second door to Kafka. Clients of a broker go on to the address that the broker tells them: behind this door it tells
   * `proxyPort`, where whoever wants to stand between them may listen.
   */
  backDoorPort: number;
  proxyPort: number;
  /** Of the database, for pages and again for its redo log. Under load it shall be short of neither, as it would not be where it is looked after. */
  databaseCacheMiB: number;
}

export function placeOf(set: SetName, backend: BackendName): Place {
  const first = firstPort[set];
  return {
    folder: join(setFolder(set), backend),
    port: first + backendNames.indexOf(backend),
    controllerPort: first + controllerOffset,
    backDoorPort: first + backDoorOffset,
    proxyPort: first + proxyOffset,
    databaseCacheMiB: set === 'load' ? 512 : 64,
  };
}
