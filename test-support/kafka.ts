import { Admin, Consumer, MessagesStreamModes, type Message } from '@platformatic/kafka';

/** How tests reach Kafka beside the code that they test; more patient than that. */
export function kafkaOptions(brokers: string) {
  return { clientId: 'test', bootstrapBrokers: brokers.split(','), retries: 20, retryDelay: 200 };
}

export async function withKafkaAdmin<Result>(
  brokers: string,
  work: (admin: Admin) => Promise<Result>,
): Promise<Result> {
  const admin = new Admin(kafkaOptions(brokers));
  try {
    return await work(admin);
  } finally {
    await admin.close();
  }
}

/** Every message of a topic, as they come, until it is closed. */
export class TopicReader {
  readonly messages: Message[] = [];
  readonly #consumer: Consumer;

  private constructor(brokers: string, topic: string) {
    this.#consumer = new Consumer({
      ...kafkaOptions(brokers),
      ...{ groupId: `${topic}.reader`, autocommit: false, maxWaitTime: 100 },
    });
  }

  static async open(brokers: string, topic: string): Promise<TopicReader> {
    const reader = new TopicReader(brokers, topic);
    const stream = await reader.#consumer.consume({ topics: [topic], mode: MessagesStreamModes.EARLIEST });
    stream.on('data', (message) => void reader.messages.push(message));
    return reader;
  }

  async close(): Promise<void> {
    await this.#consumer.close(true);
  }
}
