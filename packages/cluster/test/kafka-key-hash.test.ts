import { expect, test } from 'vitest';
import { keyHash } from '../src/upstream/kafka-key-hash.ts';

/** From UtilsTest of Kafka's own client. */
const murmur2: [string, number][] = [
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
];
test.for(murmur2)("%s goes to the partition that Kafka's own client chooses", ([clientId, hash]) => {
  expect(keyHash(Buffer.from(clientId))).toBe(hash & 0x7fffffff);
});
