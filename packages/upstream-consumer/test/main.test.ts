import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { freePort, realBackend, uniqueName, waitFor } from '../../../test-support/backends.ts';
import { kafkaLog, mysqlDatabase, open, record, secret } from './consumer-fixture.ts';

const kafka = realBackend('kafka');
const database = realBackend('database');

function startMain(env: Record<string, string>): { child: ChildProcess; output: () => string } {
  const main = join(import.meta.dirname, '../src/main.ts');
  const child = spawn(process.execPath, ['--conditions=longwire-source', main], {
    env: { ...process.env, LONGWIRE_CLUSTER_SECRET: secret, ...env },
  });
  let output = '';
  child.stdout.on('data', (bytes: Buffer) => (output += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (output += bytes.toString()));
  return { child, output: () => output };
}

it('ends with 2 and names the setting when there is no Kafka to share', async () => {
  const { child, output } = startMain({});
  expect(await once(child, 'close')).toEqual([2, null]);
  expect(output()).toContain('kafka.brokers');
});

describe.skipIf(kafka === null || database === null)('as a process of its own', () => {
  it('becomes ready, stores what is published, and stops in order', async () => {
    const [log, db] = await Promise.all([kafkaLog(kafka ?? ''), mysqlDatabase(database ?? '')]);
    const store = await open(db);
    const port = await freePort();
    const { child, output } = startMain({
      LONGWIRE_KAFKA_BROKERS: kafka ?? '',
      LONGWIRE_KAFKA_TOPIC: log.settings.topic,
      LONGWIRE_KAFKA_DEAD_LETTER_TOPIC: log.settings.deadLetterTopic,
      LONGWIRE_DATABASE_URL: db.settings.url,
      LONGWIRE_CONSUMER_GROUP: uniqueName('consumer-'),
      LONGWIRE_CONSUMER_HTTP_PORT: String(port),
    });
    try {
      const ready = () => fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(5000) });
      await waitFor(async () => (await ready()).status === 200);
      const message = record({ clientId: 'main', messageId: 'main' });
      await log.upstream.publish(message);
      const stored = await waitFor(
        async () => (await store.upstreamMessages({ clientId: 'main' }, null, 2)).rows[0],
      );
      expect(stored).toEqual(message);

      db.goAway();
      await waitFor(async () => (await ready()).status === 503);
      db.comeBack();
      await waitFor(async () => (await ready()).status === 200);

      child.kill('SIGTERM');
      expect(await once(child, 'close')).toEqual([0, null]);
      expect(output()).not.toContain(secret);
    } finally {
      child.kill('SIGKILL');
      await store.close();
      await log.close();
      await db.drop();
    }
  });
});
