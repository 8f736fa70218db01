import { readFile, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Backend } from './backend.ts';
import { mariadb, preparePassword } from './backends/mariadb.ts';
import { isPresent, run } from './run.ts';
import { backendNames, placeOf, repositoryRoot, type BackendName, type SetName } from './sets.ts';

/**
 * The fall-back where programs are missing and cannot be installed, but a Docker engine answers: the backends of
 * deploy/compose.yaml, published on the set's ports.
 */
const composeFiles = ['deploy/compose.yaml', 'deploy/local/compose.ports.yaml'].map((f) =>
  join(repositoryRoot, f),
);
const services: Record<BackendName, string> = {
  redis: 'redis',
  zookeeper: 'zookeeper',
  kafka: 'kafka',
  mariadb: 'mysql',
};
const pullTimeoutMs = 600_000;

export async function dockerAnswers(): Promise<boolean> {
  if (!isPresent('docker')) return false;
  const asked = [
    run('docker', ['info'], { timeoutMs: 10_000 }),
    run('docker', ['compose', 'version'], { timeoutMs: 10_000 }),
  ];
  return Promise.all(asked).then(
    () => true,
    () => false,
  );
}

/** Starts the backend's container; its folder remembers that with a file `docker`. Does not wait until it answers. */
export async function startContainer(set: SetName, backend: Backend): Promise<void> {
  const { folder } = placeOf(set, backend.name);
  await writeFile(join(folder, 'docker'), '');
  await compose(set, ['up', '--detach', '--no-deps', services[backend.name]]);
}

/** Ends the set's containers and removes their data. */
export async function stopContainers(set: SetName): Promise<void> {
  await compose(set, ['down', '--volumes', '--timeout', '5']);
}

export function isContainer(folder: string): boolean {
  return existsSync(join(folder, 'docker'));
}

async function compose(set: SetName, args: string[]): Promise<void> {
  const files = composeFiles.flatMap((file) => ['-f', file]);
  const env = await composeEnvironment(set);
  await run('docker', ['compose', '-p', `longwire-${set}`, ...files, ...args], {
    timeoutMs: pullTimeoutMs,
    env,
  });
}

/** The set's ports and password; what else deploy/compose.yaml insists on is for services that are not started here. */
async function composeEnvironment(set: SetName): Promise<Record<string, string>> {
  const texts = await Promise.all(composeFiles.map((file) => readFile(file, 'utf8')));
  const required = texts.join('').matchAll(/\$\{(\w+):\?/g);
  const unused = [...required].map(([, name = '']) => [name, 'unused'] as const);
  const ports = backendNames.map(
    (name) => [`LONGWIRE_LOCAL_${name.toUpperCase()}_PORT`, String(placeOf(set, name).port)] as const,
  );
  const { backDoorPort, proxyPort } = placeOf(set, 'kafka');
  const place = placeOf(set, 'mariadb');
  await preparePassword(place);
  const { password } = new URL(mariadb.address(place));
  return {
    ...Object.fromEntries(unused),
    ...Object.fromEntries(ports),
    LONGWIRE_LOCAL_KAFKA_BACK_DOOR_PORT: String(backDoorPort),
    LONGWIRE_LOCAL_KAFKA_PROXY_PORT: String(proxyPort),
    LONGWIRE_DATABASE_PASSWORD: password,
  };
}
