import { Admin, Base, findErrorBy, GenericError } from '@platformatic/kafka';
import type { KafkaSettings } from '../config.ts';
import { backOffMs } from './backoff.ts';
import { HeldClient } from './held-client.ts';
import { lookUpPlaces } from './kafka-places.ts';
import { produce } from './kafka-produce.ts';
import type { RecordToSend } from './kafka-record.ts';
import type { Answer, Sending } from './send-queue.ts';

const connectCapMs = 3000;
/** For how long a producer goes by what it knows of leaders while nothing fails. */
const placesMaxAgeMs = 60_000;
/** A broker hears of a new topic a moment after it was made. */
const looksAtNewTopics = 20;

/** What every client of Kafka is told: who it is, where Kafka is, and how long a call may take. */
export function connectionOptions(settings: KafkaSettings, clientId: string, callTimeoutMs: number) {
  return {
    clientId,
    bootstrapBrokers: settings.brokers.split(',').map((broker) => broker.trim()),
    connectTimeout: Math.min(connectCapMs, callTimeoutMs),
    requestTimeout: callTimeoutMs,
    timeout: callTimeoutMs,
    autocreateTopics: false,
    retryDelay: (_client: object, _operation: string, attempt: number) => Math.ceil(backOffMs(attempt)),
  };
}

/** Kafka as the log needs it: topics that exist, sends of one try each, a ping. Every call has a deadline. */
export class KafkaClient {
  readonly settings: KafkaSettings;
  readonly clientId: string;
  readonly #producer: HeldClient<Base>;
  readonly #tryTimeoutMs: number;
  readonly #admin: HeldClient<Admin>;
  #topicsExist = false;

  constructor(settings: KafkaSettings, clientId: string) {
    this.settings = settings;
    this.clientId = clientId;
    // Half, so that a try that meets silence leaves time for another within the record's deadline.
    const tryTimeoutMs = Math.ceil(settings.publishTimeoutMs / 2);
    // Whoever calls tries again.
    const options = { ...connectionOptions(settings, clientId, tryTimeoutMs), retries: 0 };
    this.#producer = new HeldClient(
      tryTimeoutMs,
      () => new Base({ ...options, metadataMaxAge: placesMaxAgeMs }),
    );
    this.#tryTimeoutMs = tryTimeoutMs;
    this.#admin = new HeldClient(tryTimeoutMs, () => new Admin(options));
  }

  /** One try of each record: see produce. Rejects if it cannot even be found out where they go. */
  async send(records: readonly Sending<RecordToSend>[], answer: Answer<RecordToSend>): Promise<void> {
    await this.ensureTopics();
    const topics = [...new Set(records.map(({ item }) => item.topic))];
    const { client, places } = await this.#producer.use(async (held) => ({
      client: held,
      places: await lookUpPlaces(held, topics),
    }));
    let hasFailed = false;
    const answerAndLookAgain: Answer<RecordToSend> = (some, error) => {
      // The leader may be another by now. Whoever sends meanwhile goes by what is known, and waits for nothing.
      if (error && !hasFailed) client.metadata({ topics, forceUpdate: true }).catch(() => undefined);
      hasFailed ||= error !== undefined;
      answer(some, error);
    };
    await produce(client, places, { records, answer: answerAndLookAgain, timeoutMs: this.#tryTimeoutMs });
  }

  /** Creates what is missing. Other processes may be doing the same. */
  async ensureTopics(): Promise<void> {
    if (this.#topicsExist) return;
    const topics = [this.settings.topic, this.settings.deadLetterTopic];
    await this.#admin.use(async (admin) => {
      const existing = new Set(await admin.listTopics());
      const missing = topics.filter((topic) => !existing.has(topic));
      if (missing.length === 0) return;
      await this.#create(admin, missing);
      await admin.metadata({ topics, forceUpdate: true, retries: looksAtNewTopics });
    });
    this.#topicsExist = true;
  }

  async #create(admin: Admin, topics: string[]): Promise<void> {
    const { partitions, replicationFactor: replicas } = this.settings;
    const configs = [{ name: 'min.insync.replicas', value: String(minInSyncReplicas(replicas)) }];
    try {
      await admin.createTopics({ topics, partitions, replicas, configs });
    } catch (error) {
      if (!findErrorBy(error as Error, 'apiId', 'TOPIC_ALREADY_EXISTS')) throw error;
    }
  }

  async ping(): Promise<void> {
    await this.#admin.use((admin) => admin.metadata({ topics: [], forceUpdate: true }));
  }

  async close(): Promise<void> {
    await Promise.all([this.#producer.close(), this.#admin.close()]);
  }
}

/** How many replicas must hold a record before it counts as taken: two, so that no single disk is all there is. */
export function minInSyncReplicas(replicationFactor: number): number {
  return Math.min(2, replicationFactor);
}

/** Whether the next try may succeed: a broker that is not there yet, or that has not heard yet of a topic which was made a moment ago. */
export function isRetriable(error: unknown): boolean {
  return (
    error instanceof Error &&
    GenericError.isGenericError(error as GenericError) &&
    findErrorBy(error, 'canRetry', false) === null
  );
}

/** What went wrong at the bottom of it: what wraps it says no more than that a call or several tries have failed. */
export function reasonOf(error: unknown): string {
  const inner: unknown = error instanceof AggregateError ? error.errors.at(-1) : (error as Error).cause;
  return inner instanceof Error ? reasonOf(inner) : (error as Error).message;
}
