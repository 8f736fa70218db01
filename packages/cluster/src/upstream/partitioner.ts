import { Partitioners, type ICustomPartitioner } from 'kafkajs';

/**
 * Chooses the partitions that every client of Kafka chooses by default (murmur2 of the key), so that a client's records
 * stay in one whoever publishes them. kafkajs' own works with big integers that grow with the key: some
 * microseconds for a short one, and seconds for one of many kilobytes.
 */
export const keyPartitioner: ICustomPartitioner = () => {
  const withoutKey = Partitioners.DefaultPartitioner();
  return (choice) => {
    const { key, partition } = choice.message;
    if (key === null || key === undefined || partition !== undefined) return withoutKey(choice);
    return (murmur2(Buffer.from(key)) & 0x7fffffff) % choice.partitionMetadata.length;
  };
};

const multiplier = 0x5bd1e995;

/** As in Kafka's clients: https://github.com/apache/kafka/blob/3.9/clients/src/main/java/org/apache/kafka/common/utils/Utils.java */
export function murmur2(data: Uint8Array): number {
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
