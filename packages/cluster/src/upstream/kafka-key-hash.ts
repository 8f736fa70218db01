/**
 * What every client of Kafka makes of a key by default; the partition is the rest of it by how many there are. MurmurHash2, of which
 * the sign is dropped: https://github.com/apache/kafka/blob/3.9/clients/src/main/java/org/apache/kafka/common/utils/Utils.java
 */
export function keyHash(key: Buffer): number {
  const whole = key.length & ~3;
  let hash = 0x9747b28c ^ key.length;
  for (let at = 0; at < whole; at += 4) hash = Math.imul(hash, factor) ^ mixed(key.readInt32LE(at));
  if (whole < key.length) hash = Math.imul(hash ^ key.readUIntLE(whole, key.length - whole), factor);
  hash = Math.imul(hash ^ (hash >>> 13), factor);
  return (hash ^ (hash >>> 15)) & 0x7fffffff;
}

const factor = 0x5bd1e995;

function mixed(word: number): number {
  const product = Math.imul(word, factor);
  return Math.imul(product ^ (product >>> 24), factor);
}
