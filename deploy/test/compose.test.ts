import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAdminPlatformConfig } from '@longwire/admin-platform';
import { loadAuthConfig } from '@longwire/auth-service';
import { loadPushRouteConfig } from '@longwire/push-route';
import { loadPushServerConfig } from '@longwire/push-server';
import { loadUpstreamConsumerConfig } from '@longwire/upstream-consumer';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { backendNames } from '../local/sets.ts';

const deploy = join(import.meta.dirname, '..');
const text = readFileSync(join(deploy, 'compose.yaml'), 'utf8');
const required = [...new Set([...text.matchAll(/\$\{(\w+):\?/g)].map(([, name = '']) => name))];

/** What someone would write into deploy/.env. */
const filledIn: Record<string, string> = {
  LONGWIRE_PUBLIC_HOST: 'push.example.org',
  LONGWIRE_CLUSTER_SECRET: 'c'.repeat(64),
  LONGWIRE_API_KEYS: JSON.stringify([
    { name: 'alice', role: 'operator', sha256: createHash('sha256').update('key').digest('hex') },
  ]),
  LONGWIRE_TOKEN_KEYS_PATH: './token-keys.json',
  LONGWIRE_DATABASE_PASSWORD: 'd'.repeat(48),
  LONGWIRE_DATABASE_ROOT_PASSWORD: 'r'.repeat(48),
};

interface Service {
  image: string;
  command?: string[];
  environment?: Record<string, string | number>;
  ports?: string[];
  volumes?: string[];
  depends_on?: string[] | Record<string, { condition: string }>;
  healthcheck?: { test: string[] };
  stop_grace_period?: string;
}

const compose = interpolate(parse(text, { merge: true })) as { services: Record<string, Service> };
const services = Object.entries(compose.services);
const ours = services.filter(([, service]) => service.image === 'longwire');

/** How each role reads its settings, and the port of its health answers. */
const roles: Record<
  string,
  { load: (env: NodeJS.ProcessEnv) => unknown; count: number; healthPort: number }
> = {
  auth: { load: loadAuthConfig, count: 2, healthPort: 7410 },
  push: { load: loadPushServerConfig, count: 3, healthPort: 7401 },
  route: { load: loadPushRouteConfig, count: 2, healthPort: 7420 },
  consumer: { load: loadUpstreamConsumerConfig, count: 1, healthPort: 7440 },
  admin: { load: loadAdminPlatformConfig, count: 1, healthPort: 7430 },
};

describe('compose.yaml', () => {
  test('runs every role as often as it should, and the backends and nginx once', () => {
    const count = (role: string) =>
      ours.filter(([, { command }]) => command?.join(' ') === `serve ${role}`).length;
    for (const [role, { count: expected }] of Object.entries(roles)) expect(count(role), role).toBe(expected);
    expect(ours).toHaveLength(Object.values(roles).reduce((sum, role) => sum + role.count, 0));
    const others = services.filter(([, service]) => service.image !== 'longwire').map(([name]) => name);
    expect(others.toSorted()).toEqual(['kafka', 'mysql', 'nginx', 'redis', 'zookeeper']);
  });

  test.each(ours)('%s reads its environment as a right configuration', (_name, service) => {
    const role = service.command?.[1] ?? '';
    const environment = Object.entries(service.environment ?? {}).map(([key, value]) => [key, String(value)]);
    expect(() => roles[role]?.load(Object.fromEntries(environment) as NodeJS.ProcessEnv)).not.toThrow();
    expect(service.healthcheck?.test.at(-1)).toBe(`http://127.0.0.1:${roles[role]?.healthPort}/livez`);
  });

  test.each(ours)(
    '%s is given the time that it takes to stop',
    (_name, { command, environment, ...service }) => {
      const graceMs = Number(/^(\d+)s$/.exec(service.stop_grace_period ?? '')?.[1]) * 1000;
      if (command?.[1] !== 'push') return expect(graceMs).toBeGreaterThan(30_000);
      const entries = Object.entries(environment ?? {}).map(([key, value]) => [key, String(value)]);
      const { push } = loadPushServerConfig(Object.fromEntries(entries) as NodeJS.ProcessEnv);
      expect(graceMs).toBeGreaterThan(push.drainDeadlineMs + 20_000);
    },
  );

  test('each push-server and route has a name, an address and a port of its own', () => {
    for (const key of [
      'LONGWIRE_PUSH_NODE_ID',
      'LONGWIRE_PUSH_ADVERTISED_ADDRESS',
      'LONGWIRE_PUSH_HTTP_PUBLIC_URL',
    ])
      expect(new Set(values('push-', key)).size, key).toBe(3);
    for (const key of ['LONGWIRE_ROUTE_NODE_ID', 'LONGWIRE_ROUTE_HTTP_PUBLIC_URL'])
      expect(new Set(values('route-', key)).size, key).toBe(2);
    const published = services.flatMap(([, { ports = [] }]) => ports.map((port) => port.split(':').at(-2)));
    expect(new Set(published).size).toBe(published.length);
  });

  test('publishes no backend and no node API', () => {
    const open = services.flatMap(([name, { ports = [] }]) => ports.map((port) => `${name} ${port}`));
    expect(open.toSorted()).toEqual([
      'nginx 127.0.0.1:8080:8080',
      'nginx 127.0.0.1:8081:8081',
      'push-1 7400:7400',
      'push-2 7402:7400',
      'push-3 7404:7400',
    ]);
  });

  test('waits only for what exists and has a health check', () => {
    for (const [name, { depends_on: wanted = [] }] of services) {
      const names = Array.isArray(wanted) ? wanted : Object.keys(wanted);
      expect(
        names.filter((other) => !compose.services[other]?.healthcheck),
        name,
      ).toEqual([]);
    }
  });

  test('mounts only files that are here', () => {
    const mounted = services
      .flatMap(([, { volumes = [] }]) => volumes)
      .filter((volume) => volume.startsWith('.'));
    expect(mounted.length).toBeGreaterThan(0);
    for (const volume of mounted)
      expect(existsSync(join(deploy, volume.split(':')[0] ?? '')), volume).toBe(true);
  });

  test('the ports for local backends belong to backends that it has, and stay on loopback', () => {
    const source = readFileSync(join(deploy, 'local/compose.ports.yaml'), 'utf8');
    const local = parse(source) as { services: Record<string, Service> };
    expect(Object.keys(local.services).toSorted()).toEqual(['kafka', 'mysql', 'redis', 'zookeeper']);
    const ports = Object.values(local.services).flatMap((service) => service.ports ?? []);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
    const variables = [...source.matchAll(/\$\{(\w+)/g)].map(([, name]) => name);
    const doors = ['KAFKA_BACK_DOOR', 'KAFKA_PROXY'];
    const known = [...backendNames, ...doors].map((name) => `LONGWIRE_LOCAL_${name.toUpperCase()}_PORT`);
    expect([...new Set(variables)].toSorted()).toEqual(known.toSorted());
  });

  test('nginx leads to services that it runs', () => {
    const upstreams = readFileSync(join(deploy, 'nginx/upstreams.conf'), 'utf8');
    const servers = [...upstreams.matchAll(/server ([\w-]+):(\d+)/g)].map(
      ([, host, port]) => `${host}:${port}`,
    );
    expect(servers).toEqual(['auth-1:7410', 'auth-2:7410', 'admin:7430']);
  });

  test('asks for every secret, and the example names them all and gives none', () => {
    const example = readFileSync(join(deploy, 'example.env'), 'utf8');
    const lines = example.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    expect(lines.toSorted()).toEqual(required.map((name) => `${name}=`).toSorted());
    expect(Object.keys(filledIn).toSorted()).toEqual(required.toSorted());
  });
});

function values(prefix: string, key: string): unknown[] {
  return ours.filter(([name]) => name.startsWith(prefix)).map(([, { environment }]) => environment?.[key]);
}

/** As compose does it, after parsing, with `${NAME:?…}`, the only form used here. */
function interpolate(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(interpolate);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, interpolate(inner)]));
  }
  if (typeof value !== 'string') return value;
  const result = value.replaceAll(/\$\{(\w+):\?[^}]*\}/g, (_whole, name: string) => filledIn[name] ?? '');
  if (result.includes('${'))
    throw new Error(`a form of interpolation that this test does not know: ${value}`);
  return result;
}
