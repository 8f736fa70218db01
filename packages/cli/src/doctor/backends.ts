import { withDeadline } from '@longwire/service-kit';
import type { DevConfig } from '../dev/dev-config.ts';
import type { ClockReading } from './clock.ts';
import type { Finding } from './finding.ts';
import { probes, reasonOf, type Probe } from './probes.ts';

const deadlineMs = 8000;

export interface ExaminedBackend {
  readonly finding: Finding;
  readonly clock: ClockReading | null;
}

/** Every backend that has an address answers. Nothing is changed in any of them. */
export function examineBackends({
  redis,
  zookeeper,
  kafka,
  database,
}: Pick<DevConfig, 'redis' | 'zookeeper' | 'kafka' | 'database'>): Promise<ExaminedBackend[]> {
  const databaseUrl = database.url.startsWith('mysql:') ? database.url : '';
  return Promise.all([
    examine('redis', redis.url, () => probes.redis(redis)),
    examine('zookeeper', zookeeper.servers, probes.zookeeper),
    examine('kafka', kafka.brokers, probes.kafka),
    examine('database', databaseUrl, probes.database),
  ]);
}

async function examine(check: string, address: string, probe: Probe): Promise<ExaminedBackend> {
  const found = (state: Finding['state'], detail: string, clock: ClockReading | null = null) => ({
    finding: { check, state, detail },
    clock,
  });
  if (address === '') return found('note', 'not configured: embedded, good for `longwire dev` only');
  const startedAtMs = performance.now();
  try {
    const clock = await withDeadline(probe(address), deadlineMs, check);
    return found('ok', `answers in ${Math.round(performance.now() - startedAtMs)} ms`, clock);
  } catch (error) {
    return found('failed', reasonOf(error));
  }
}
