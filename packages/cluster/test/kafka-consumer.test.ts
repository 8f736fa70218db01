import { Consumer } from '@platformatic/kafka';
import { pino } from 'pino';
import { afterEach, expect, test, vi } from 'vitest';
import { realBackend } from '../../../test-support/backends.ts';
import { uniqueName } from '../../../test-support/helpers.ts';
import { withKafkaAdmin } from '../../../test-support/kafka.ts';
import { KafkaUpstreamLog } from '../src/upstream/index.ts';
import { eventually, record, roomy } from './upstream.conformance.ts';

const brokers = realBackend('kafka');
const topic = uniqueName('consumer');
const deadLetterTopic = `${topic}.dead`;
const lines: { readonly level: number; readonly msg: string; readonly failures?: number }[] = [];
const logger = pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line)) });

let log: KafkaUpstreamLog | undefined;
afterEach(async () => {
  vi.restoreAllMocks();
  await log?.close();
  if (brokers !== null)
    await withKafkaAdmin(brokers, (admin) => admin.deleteTopics({ topics: [topic, deadLetterTopic] }));
});

test.skipIf(brokers === null)(
  'a consumer that joins and then fails counts on, says so once, and says when it works again',
  async () => {
    log = new KafkaUpstreamLog({
      settings: {
        ...{ brokers: brokers as string, topic, deadLetterTopic, partitions: 1, replicationFactor: 1 },
        ...{ publishTimeoutMs: 20_000, maxQueuedRecords: roomy.maxRecords, maxQueuedBytes: roomy.maxBytes },
      },
      logger,
      clientId: 'test',
    });
    await log.start();
    await log.publish(record('ann', 1));
    vi.spyOn(Consumer.prototype, 'commit').mockRejectedValue(new Error('not taken'));
    let handled = 0;
    await log.consume('group', async () => void (handled += 1));
    await expect.poll(() => handled, eventually).toBeGreaterThanOrEqual(4);
    vi.restoreAllMocks();
    const worksAgain = () => lines.find(({ msg }) => msg.endsWith('works again'))?.failures;
    await expect.poll(worksAgain, eventually).toBeGreaterThanOrEqual(3);
    const failed = lines.filter(({ msg }) => msg.includes('will join again'));
    expect(failed.map(({ level }) => level)).toEqual([40, ...failed.slice(1).map(() => 20)]);
  },
);
