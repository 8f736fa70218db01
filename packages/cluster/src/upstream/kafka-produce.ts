import { produceV9, Writer, type Base, type Connection } from '@platformatic/kafka';
import { recordBatch } from './kafka-batch.ts';
import type { RecordToSend } from './kafka-record.ts';

/** Of Kafka 2.4 and later. */
const { key: apiKey, version: apiVersion } = produceV9.api;
const allInSyncReplicas = -1;

/** What goes to one partition, and the broker that takes it. */
interface Part {
  readonly topic: string;
  readonly partition: number;
  readonly leader: number;
  readonly batch: Buffer;
}

/**
 * One try: resolves once all in-sync replicas hold every record.
 *
 * By the library's connections and not by its Producer, which makes some 25 buffers of a record and keeps them until all are
 * written: docs/adr/0015-kafka-library.md.
 */
export async function produce(
  client: Base,
  records: readonly RecordToSend[],
  timeoutMs: number,
): Promise<void> {
  const byTopic = Map.groupBy(records, ({ topic }) => topic);
  const { brokers, topics } = await client.metadata({ topics: [...byTopic.keys()] });
  const nowMs = Date.now();
  const parts = [...byTopic].flatMap(([topic, own]): Part[] => {
    const { partitions } = topics.get(topic)!;
    const byPartition = Map.groupBy(own, ({ keyHash }) => keyHash % partitions.length);
    return Array.from(byPartition, ([partition, its]) => ({
      ...{ topic, partition, leader: partitions[partition]!.leader },
      batch: recordBatch(
        its.map(({ body }) => body),
        nowMs,
      ),
    }));
  });
  const byLeader = Map.groupBy(parts, ({ leader }) => leader);
  const sends = Array.from(byLeader, async ([leader, own]) => {
    const connection = await client.connections.get(brokers.get(leader)!);
    await send(connection, produceRequest(own, timeoutMs));
  });
  await Promise.all(sends);
}

/** Rejects where a partition has not taken its batch. */
function send(connection: Connection, request: Writer): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const done = (error: Error | null | undefined, answer: unknown) =>
      error ? reject(error) : resolve(answer);
    connection.send(apiKey, apiVersion, () => request, produceV9.parseResponse, true, true, done);
  });
}

/**
 * https://kafka.apache.org/protocol.html#The_Messages_Produce of version 9:
 *
 *     transactional id = null, INT16 acks, INT32 timeout
 *     topics: name, partitions: INT32 index, records (length and bytes)
 */
function produceRequest(parts: readonly Part[], timeoutMs: number): Writer {
  const byTopic = Map.groupBy(parts, ({ topic }) => topic);
  return Writer.create()
    .appendString(null)
    .appendInt16(allInSyncReplicas)
    .appendInt32(timeoutMs)
    .appendArray([...byTopic], (request, [topic, own]) =>
      request.appendString(topic).appendArray(own, (place, { partition, batch }) => {
        place.appendInt32(partition).appendBytes(batch);
      }),
    )
    .appendTaggedFields();
}
