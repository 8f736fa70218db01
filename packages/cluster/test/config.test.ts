import { Value } from 'typebox/value';
import { describe, expect, test } from 'vitest';
import { kafkaSettings, redisProblems, redisSettings, zookeeperSettings } from '../src/config.ts';
import { parseRedisUrl } from '../src/directory/redis-address.ts';

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

describe('redis.url', () => {
  test.each([
    '',
    'redis://localhost',
    'redis://127.0.0.1:6379',
    'rediss://user:word@redis.example.org:6380/3',
    'redis://:p@ss:word@one:1,two:2',
    'redis://one,two:7000,[::1]:7001',
  ])('may be %j', (value) => {
    expect(Value.Check(redisSettings.properties.url, value)).toBe(true);
  });

  test.each([
    'localhost:6379',
    'http://localhost',
    'redis://',
    'redis://one,',
    'redis://one,redis://two',
    'redis://one two',
    'redis://one:0',
    'redis://one/zero',
    'redis://::1',
  ])('may not be %j', (value) => {
    expect(Value.Check(redisSettings.properties.url, value)).toBe(false);
  });

  test('is taken apart', () => {
    expect(parseRedisUrl('rediss://us%2Fer:p%40ss:w@one:7000,[::1]/5', 'single')).toEqual({
      servers: [
        { host: 'one', port: 7000 },
        { host: '::1', port: 6379 },
      ],
      tls: true,
      username: 'us/er',
      password: 'p@ss:w',
      database: 5,
    });
    expect(parseRedisUrl('redis://:p@%ss@one', 'sentinel')).toEqual({
      servers: [{ host: 'one', port: 26_379 }],
      tls: false,
      username: undefined,
      password: 'p@%ss',
      database: 0,
    });
  });

  test.each([
    ['single', 'redis://one,two', 1],
    ['single', 'redis://one/3', 0],
    ['sentinel', 'redis://one,two/3', 0],
    ['cluster', 'redis://one,two', 0],
    ['cluster', 'redis://one,two/3', 1],
    ['cluster', '', 0],
  ] as const)('fits mode %s or not: %s', (mode, url, problems) => {
    expect(redisProblems({ ...Value.Create(redisSettings), url, mode })).toHaveLength(problems);
  });
});
