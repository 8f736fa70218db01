import type { Message } from 'kafkajs';

/**
 * Records of one partition, which kafkajs takes for one message: it would copy the list of a partition for each record that it
 * adds. `useLeanCodec` writes the records.
 */
export class Bundle implements Message {
  /** Nothing that kafkajs could write, in whatever version: without our codec a bundle fails, rather than being sent without its records. */
  readonly value = Object.create(null) as never;
  readonly records: readonly Message[];
  readonly partition: number;
  /** How many partitions the topic was taken to have. */
  readonly partitions: number;

  constructor(records: readonly Message[], partition: number, partitions: number) {
    this.records = records;
    this.partition = partition;
    this.partitions = partitions;
  }
}

/**
 * The partition that every client of Kafka chooses by default for a key, so that a client's records stay in one whoever
 * publishes them. What has no key goes to the first: that is a dead letter, and rare.
 */
export function partitionOf(key: Message['key'], partitions: number): number {
  if (key === null || key === undefined) return 0;
  return (murmur2(Buffer.from(key)) & 0x7fffffff) % partitions;
}

const multiplier = 0x5bd1e995;

/** As in Kafka's clients: https://github.com/apache/kafka/blob/3.9/clients/src/main/java/org/apache/kafka/common/utils/Utils.java */
function murmur2(data: Uint8Array): number {
  const { length } = data;
  let hash = 0x9747b28c ^ length;
  let index = 0;
  for (; index + 4 <= length; index += 4) {
    const word = data[index]! | (data[index + 1]! << 8) | (data[index + 2]! << 16) | (data[index + 3]! << 24);
    const mixed = Math.imul(word, multiplier);
    hash = Math.imul(hash, multiplier) ^ Math.imul(mixed ^ (mixed >>> 24), multiplier);
  }
  if (index < length) {
    for (let shift = 0; index < length; index += 1, shift += 8) hash ^= data[index]! << shift;
    hash = Math.imul(hash, multiplier);
  }
  hash = Math.imul(hash ^ (hash >>> 13), multiplier);
  return hash ^ (hash >>> 15);
}
