import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';

/**
 * The real services that suites run against. Each is looked for in its own variable first, then among the backends that
 * `npm run backends -- start test` started.
 */
export type BackendKind = 'redis' | 'zookeeper' | 'kafka' | 'database';

const names: Record<BackendKind, string> = {
  redis: 'REDIS_URL',
  zookeeper: 'ZOOKEEPER_SERVERS',
  kafka: 'KAFKA_BROKERS',
  database: 'DATABASE_URL',
};
const environmentFile = join(import.meta.dirname, '../.longwire/backends/test/env.json');
const connectTimeoutMs = 2000;

const started = readStarted();
/** Looked at once, when a test file imports this one, so that `describe.skipIf` can ask without waiting. */
const reachable = new Map(
  await Promise.all(
    (Object.keys(names) as BackendKind[]).map(async (kind) => {
      const address = configured(kind) ?? started[`LONGWIRE_${names[kind]}`];
      return [kind, address !== undefined && (await accepts(address)) ? address : null] as const;
    }),
  ),
);

/**
 * The address of a real service, in the form of the setting that names it; null when there is none, and the suite is then
 * to be skipped. With LONGWIRE_REQUIRE_BACKENDS=1 a missing one is an error instead.
 */
export function realBackend(kind: BackendKind): string | null {
  const address = reachable.get(kind) ?? null;
  if (address === null && process.env['LONGWIRE_REQUIRE_BACKENDS'] === '1') {
    throw new Error(`this suite needs a real ${kind}; start one with: npm run backends -- start test`);
  }
  return address;
}

function configured(kind: BackendKind): string | undefined {
  return process.env[`LONGWIRE_TEST_${names[kind]}`] || undefined;
}

function readStarted(): Record<string, string> {
  try {
    return JSON.parse(readFileSync(environmentFile, 'utf8')) as Record<string, string>;
  } catch {
    return {};
  }
}

/** Whether the first host of the address takes a connection. */
function accepts(address: string): Promise<boolean> {
  const [first = ''] = address.split(',');
  const { hostname, port } = new URL(first.includes('://') ? first : `tcp://${first}`);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    socket.setTimeout(connectTimeoutMs, () => socket.destroy());
    socket.on('connect', () => {
      resolve(true);
      socket.destroy();
    });
    socket.on('error', () => undefined); // followed by close
    socket.on('close', () => resolve(false));
  });
}

export { freePort, uniqueName, waitFor } from './helpers.ts';
