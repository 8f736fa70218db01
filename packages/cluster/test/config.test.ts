import { Value } from 'typebox/value';
import { describe, expect, test } from 'vitest';
import { kafkaSettings, zookeeperSettings } from '../src/config.ts';

const { servers } = zookeeperSettings.properties;
const { brokers } = kafkaSettings.properties;

describe.each([
  ['zookeeper.servers', servers],
  ['kafka.brokers', brokers],
])('%s', (_, schema) => {
  test.each([
    '',
    'localhost:2181',
    '127.0.0.1:1',
    'a-1.example.org:9092,a_2:9092',
    'one:9092, two:9092,three:65535',
  ])('may be %j', (value) => {
    expect(Value.Check(schema, value)).toBe(true);
  });

  test.each([
    'localhost',
    'localhost:',
    ':2181',
    'localhost:0',
    'localhost:port',
    'localhost:123456',
    'kafka://localhost:9092',
    'localhost:2181/chroot',
    'one:9092,',
    ',one:9092',
    'one:9092,,two:9092',
    'one:9092;two:9092',
    'one:9092 two:9092',
    'one:9092,two',
    ' ',
    'one:9092\n',
  ])('may not be %j', (value) => {
    expect(Value.Check(schema, value)).toBe(false);
  });
});
