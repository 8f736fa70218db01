import {
  findErrorBy,
  NetworkError,
  produceV9,
  ProtocolError,
  ResponseError,
  Writer,
  type Base,
  type Broker,
  type Connection,
} from '@platformatic/kafka';
import { recordBatch } from './kafka-batch.ts';
import type { PlacesOfTopics } from './kafka-places.ts';
import type { RecordToSend } from './kafka-record.ts';
import { BatchTooLarge, type Answer, type Sending } from './send-queue.ts';

/** Of Kafka 2.4 and later. */
const { key: apiKey, version: apiVersion } = produceV9.api;
const allInSyncReplicas = -1;
/** Broker errors that are about the size of the batch; everything else may be over at the next try. */
const tooLarge = ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE'];

/** What goes to one partition, and the broker that takes it: none while a new leader is elected. */
interface Part {
  readonly topic: string;
  readonly partition: number;
  readonly leader: Broker | undefined;
  readonly records: readonly Sending<RecordToSend>[];
}

/**
 * One try of each partition by itself: it has taken its records once all in-sync replicas hold them. A connection whose request fails
 * is cut, so that nothing which was still to be written comes after what is sent next.
 *
 * By the library's connections and not by its Producer, which makes some 25 buffers of a record and keeps them until all are
 * written: docs/adr/0014-kafka-library.md.
 */
export async function produce(
  client: Base,
  places: PlacesOfTopics,
  {
    records,
    answer,
    timeoutMs,
  }: { records: readonly Sending<RecordToSend>[]; answer: Answer<RecordToSend>; timeoutMs: number },
): Promise<void> {
  const parts = partsOf(records, places);
  const sends = Array.from(
    Map.groupBy(parts, ({ leader }) => leader),
    async ([leader, own]) => {
      try {
        await sendTo(client, leader, produceRequest(own, timeoutMs));
        answer(own.flatMap((part) => part.records));
      } catch (error) {
        for (const part of own) answer(part.records, failureOf(part, error as Error));
      }
    },
  );
  await Promise.all(sends);
}

function partsOf(records: readonly Sending<RecordToSend>[], places: PlacesOfTopics): Part[] {
  return [...Map.groupBy(records, ({ item }) => item.topic)].flatMap(([topic, own]) => {
    const leaders = places.get(topic)!;
    const byPartition = Map.groupBy(own, ({ item }) => item.keyHash % leaders.length);
    return Array.from(byPartition, ([partition, its]) => ({
      ...{ topic, partition, leader: leaders[partition], records: its },
    }));
  });
}

async function sendTo(client: Base, leader: Broker | undefined, request: Writer): Promise<void> {
  if (leader === undefined) throw new NetworkError('the partition has no leader');
  const connection = await client.connections.get(leader);
  try {
    await exchange(connection, request);
  } catch (error) {
    if (!(error instanceof ResponseError)) connection.socket?.destroy();
    throw error;
  }
}

/** Rejects with a ResponseError where a partition has not taken its batch. */
function exchange(connection: Connection, request: Writer): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const done = (error: Error | null | undefined, answer: unknown) =>
      error ? reject(error) : resolve(answer);
    connection.send(apiKey, apiVersion, () => request, produceV9.parseResponse, true, true, done);
  });
}

/** What was wrong with this partition, if a broker has said it of each; undefined if it has taken its records. */
function failureOf({ topic, partition }: Part, error: Error): Error | undefined {
  if (!(error instanceof ResponseError)) return error;
  const { responses } = (error as ResponseError & { response: ProduceResponse }).response;
  const own = responses
    .find(({ name }) => name === topic)
    ?.partitionResponses.find(({ index }) => index === partition);
  if (own?.errorCode === 0) return undefined;
  const cause = own ? new ProtocolError(own.errorCode, own.errorMessage) : error;
  return tooLarge.some((apiId) => findErrorBy(cause, 'apiId', apiId))
    ? new BatchTooLarge('Kafka refused the batch', { cause })
    : cause;
}

type ProduceResponse = ReturnType<typeof produceV9.parseResponse>;

/**
 * https://kafka.apache.org/protocol.html#The_Messages_Produce of version 9:
 *
 *     transactional id = null, INT16 acks, INT32 timeout
 *     topics: name, partitions: INT32 index, records (length and bytes)
 */
function produceRequest(parts: readonly Part[], timeoutMs: number): Writer {
  const byTopic = Map.groupBy(parts, ({ topic }) => topic);
  const nowMs = Date.now();
  return Writer.create()
    .appendString(null)
    .appendInt16(allInSyncReplicas)
    .appendInt32(timeoutMs)
    .appendArray([...byTopic], (request, [topic, own]) =>
      request.appendString(topic).appendArray(own, (place, { partition, records }) => {
        const bodies = records.map(({ item }) => item.body);
        place.appendInt32(partition).appendBytes(recordBatch(bodies, nowMs));
      }),
    )
    .appendTaggedFields();
}
