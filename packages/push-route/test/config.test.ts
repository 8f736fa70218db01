import { ConfigError } from '@longwire/service-kit';
import { describe, expect, it } from 'vitest';
import { loadPushRouteConfig } from '../src/index.ts';

const shared = {
  LONGWIRE_CLUSTER_SECRET: 'c'.repeat(32),
  LONGWIRE_REDIS_URL: 'redis://127.0.0.1:6379',
  LONGWIRE_ZOOKEEPER_SERVERS: '127.0.0.1:2181',
};

function problemKeys(env: Record<string, string>): string[] {
  try {
    loadPushRouteConfig(env);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ key }) => key);
  }
}

describe('the configuration of a push-route in a process of its own', () => {
  it('is complete with the addresses of its backends and the secret', () => {
    const { route } = loadPushRouteConfig(shared);
    expect(route).toMatchObject({ http: { host: '127.0.0.1', port: 7420 }, maxRunningPushes: 32 });
    expect(route.nodeId).toMatch(/^route-[A-Za-z0-9._-]+$/);
  });

  it('needs backends that others share', () => {
    const { LONGWIRE_CLUSTER_SECRET } = shared;
    expect(problemKeys({ LONGWIRE_CLUSTER_SECRET })).toEqual(['redis.url', 'zookeeper.servers']);
  });

  it('needs an address that nodes can reach when it listens on every one', () => {
    const anyAddress = { ...shared, LONGWIRE_ROUTE_HTTP_HOST: '0.0.0.0' };
    expect(problemKeys(anyAddress)).toEqual(['route.http.publicUrl']);
    expect(problemKeys({ ...anyAddress, LONGWIRE_ROUTE_HTTP_PUBLIC_URL: 'http://route-1:7420' })).toEqual([]);
  });

  it('names each setting that is wrong', () => {
    const wrong = { LONGWIRE_ROUTE_NODE_ID: 'a b', LONGWIRE_ROUTE_MAX_RUNNING_PUSHES: '0' };
    expect(problemKeys({ ...shared, ...wrong })).toEqual(['route.nodeId', 'route.maxRunningPushes']);
  });
});
