import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { Type } from 'typebox';
import { describe, expect, it } from 'vitest';
import {
  apiKeysSettings,
  clusterSettings,
  ConfigError,
  describeConfig,
  httpSection,
  advertisedHttpSection,
  loadConfig,
  logSettings,
  type ConfigSource,
} from '../src/index.ts';

const schema = Type.Object({
  log: logSettings,
  cluster: clusterSettings,
  apiKeys: apiKeysSettings,
  redis: Type.Object({
    commandTimeoutMs: Type.Integer({ default: 2000, minimum: 50, maximum: 60_000 }),
    url: Type.String({ default: '' }),
    readOnly: Type.Boolean({ default: false }),
    hosts: Type.Array(Type.String(), { default: [] }),
    ports: Type.Array(Type.Integer(), { default: [] }),
    weights: Type.Record(Type.String(), Type.Number(), { default: {} }),
  }),
  auth: Type.Object({ http: httpSection({ port: 7410 }) }),
  route: Type.Object({ http: advertisedHttpSection({ port: 7420 }) }),
});

const secret = 's'.repeat(32);
const plain = { certFile: '', keyFile: '', clientCaFile: '', clientCertificates: 'none' };
const base = { LONGWIRE_CLUSTER_SECRET: secret };

function load(env: Record<string, string>, file?: unknown, check?: ConfigSource<typeof schema>['check']) {
  return loadConfig(schema, {
    env: { ...base, ...env },
    ...(file !== undefined && { file: writeConfig(file) }),
    ...(check && { check }),
  });
}

function writeConfig(content: unknown): string {
  const file = join(mkdtempSync(join(tmpdir(), 'longwire-config-')), 'longwire.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

function problemsOf(work: () => unknown): ConfigError['problems'] {
  try {
    work();
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  throw new Error('the configuration was taken');
}

const connections = { maxConnections: 4096, maxConnectionsPerAddress: 1000 };

describe('loadConfig', () => {
  it('fills in the defaults and leaves out what is optional', () => {
    expect(load({})).toEqual({
      log: { level: 'info' },
      cluster: { secret, tls: { caFile: '', certFile: '', keyFile: '' } },
      apiKeys: [],
      redis: { commandTimeoutMs: 2000, url: '', readOnly: false, hosts: [], ports: [], weights: {} },
      auth: { http: { host: '127.0.0.1', port: 7410, tls: plain, ...connections } },
      route: { http: { host: '127.0.0.1', port: 7420, tls: plain, ...connections } },
    });
  });

  it('takes the environment before the file, and the file before the defaults', () => {
    const file = { redis: { commandTimeoutMs: 100, url: 'from-file' } };
    const config = load({ LONGWIRE_REDIS_COMMAND_TIMEOUT_MS: '300' }, file);
    expect(config.redis).toMatchObject({ commandTimeoutMs: 300, url: 'from-file', readOnly: false });
  });

  it('reads the file that LONGWIRE_CONFIG names', () => {
    const file = writeConfig({ route: { http: { port: 1234, publicUrl: 'https://route.example' } } });
    const config = load({ LONGWIRE_CONFIG: file });
    expect(config.route.http).toEqual({
      ...connections,
      tls: plain,
      host: '127.0.0.1',
      port: 1234,
      publicUrl: 'https://route.example',
    });
  });

  it('converts text by the type of the setting', () => {
    const config = load({
      LONGWIRE_REDIS_READ_ONLY: 'true',
      LONGWIRE_REDIS_HOSTS: 'a, b,c',
      LONGWIRE_REDIS_PORTS: '[1,2]',
      LONGWIRE_REDIS_WEIGHTS: '{"a":1.5}',
      LONGWIRE_API_KEYS: JSON.stringify([{ name: 'ops', role: 'viewer', sha256: 'a'.repeat(64) }]),
    });
    expect(config.redis).toMatchObject({ readOnly: true, hosts: ['a', 'b', 'c'], ports: [1, 2] });
    expect(config.redis.weights).toEqual({ a: 1.5 });
    expect(config.apiKeys).toEqual([{ name: 'ops', role: 'viewer', sha256: 'a'.repeat(64) }]);
  });

  it('treats an empty variable as not set, except for a text', () => {
    const file = { log: { level: 'warn' }, redis: { url: 'from-file' } };
    const config = load({ LONGWIRE_LOG_LEVEL: '', LONGWIRE_REDIS_URL: '' }, file);
    expect(config.log.level).toBe('warn');
    expect(config.redis.url).toBe('');
  });

  it('is frozen to the bottom and does not freeze the defaults of the schema', () => {
    const config = load({ LONGWIRE_REDIS_HOSTS: 'a' });
    expect(() => config.redis.hosts.push('b')).toThrow(TypeError);
    expect(() => Object.assign(config.auth.http, { port: 1 })).toThrow(TypeError);
    expect(Object.isFrozen(load({}).redis.ports)).toBe(true);
    expect(Object.isFrozen((schema.properties.redis.properties.ports as { default?: unknown }).default)).toBe(
      false,
    );
  });

  it('names every problem at once: key, source, what was given, what is allowed', () => {
    const file = writeConfig({ log: { level: 'loud' }, auth: { http: { port: 70_000 } } });
    const problems = problemsOf(() =>
      loadConfig(schema, { env: { LONGWIRE_REDIS_COMMAND_TIMEOUT_MS: 'soon' }, file }),
    );
    expect(problems).toEqual([
      {
        key: 'log.level',
        source: `file ${file}`,
        given: '"loud"',
        allowed: 'one of "fatal", "error", "warn", "info", "debug", "trace", "silent"',
      },
      {
        key: 'cluster.secret',
        source: 'LONGWIRE_CLUSTER_SECRET or the configuration file',
        given: 'nothing',
        allowed: expect.stringContaining('{32,512}') as string,
      },
      {
        key: 'redis.commandTimeoutMs',
        source: 'LONGWIRE_REDIS_COMMAND_TIMEOUT_MS',
        given: '"soon"',
        allowed: 'an integer from 50 to 60000',
      },
      {
        key: 'auth.http.port',
        source: `file ${file}`,
        given: '70000',
        allowed: 'an integer from 0 to 65535',
      },
    ]);
    const { message } = new ConfigError(problems);
    for (const { key, source, allowed } of problems) {
      expect(message).toContain(`${key} (${source})`);
      expect(message).toContain(allowed);
    }
  });

  it('never shows a secret, nor a key that was put where its hash belongs', () => {
    const key = 'lwk_this-is-the-key-itself';
    const work = () =>
      load({
        LONGWIRE_CLUSTER_SECRET: 'too-short-secret',
        LONGWIRE_API_KEYS: JSON.stringify([{ name: 'ops', role: 'operator', sha256: key }]),
      });
    expect(problemsOf(work).map((problem) => [problem.key, problem.given])).toEqual([
      ['cluster.secret', '(not shown)'],
      ['apiKeys.0.sha256', '(not shown)'],
    ]);
    const { message } = new ConfigError(problemsOf(work));
    expect(message).toContain('apiKeys.0.sha256');
    expect(message).not.toContain(key);
    expect(message).not.toContain('too-short-secret');
  });

  it('shows what a text must look like in words beside the expression', () => {
    const [problem] = problemsOf(() => load({ LONGWIRE_ROUTE_HTTP_PUBLIC_URL: 'route.example' }));
    expect(problem?.allowed).toBe(
      'a string matching ^https?:// (how others reach it, when that is not http(s)://host:port)',
    );
  });

  it('does not show text of secrets that is not even a list', () => {
    const problems = problemsOf(() => load({ LONGWIRE_API_KEYS: '[{"sha256":"lwk_secret' }));
    expect(JSON.stringify(problems)).not.toContain('lwk_secret');
    expect(problems[0]).toMatchObject({ key: 'apiKeys', given: '(not shown)' });
  });

  it('refuses an unknown variable of its sections and suggests the nearest', () => {
    const [problem] = problemsOf(() => load({ LONGWIRE_REDIS_COMAND_TIMEOUT_MS: '1' }));
    expect(problem).toMatchObject({ key: 'LONGWIRE_REDIS_COMAND_TIMEOUT_MS' });
    expect(problem?.allowed).toContain('did you mean LONGWIRE_REDIS_COMMAND_TIMEOUT_MS?');
  });

  it('refuses a section that no role has, and lets those of other roles pass', () => {
    const problems = problemsOf(() =>
      load({ LONGWIRE_RADIS_URL: 'x', LONGWIRE_KAFKA_BROKERS: 'x' }, { kafak: {}, kafka: { brokers: 'x' } }),
    );
    expect(problems.map((problem) => problem.key)).toEqual(['LONGWIRE_RADIS_URL', 'kafak']);
    expect(problems[1]?.allowed).toContain('did you mean kafka?');
  });

  it('refuses unknown keys of the file at every depth', () => {
    const file = { redis: { comandTimeoutMs: 1 }, auth: { http: { prot: 1 } } };
    const problems = problemsOf(() => load({}, file));
    expect(problems.map(({ key, allowed }) => [key, allowed])).toEqual([
      ['redis.comandTimeoutMs', 'no setting of this name; did you mean redis.commandTimeoutMs?'],
      ['auth.http.prot', 'no setting of this name; did you mean auth.http.port?'],
    ]);
  });

  it('refuses a section that is not an object', () => {
    expect(problemsOf(() => load({}, { redis: 'redis://127.0.0.1' }))).toMatchObject([
      { key: 'redis', allowed: 'an object of settings' },
    ]);
  });

  it.each([
    ['{"cluster": {"secret": "abc', 'text that is not JSON'],
    ['[]', 'JSON that is not an object'],
  ])('refuses the file %s without quoting it', (text, given) => {
    const [problem] = problemsOf(() => load({}, text));
    expect(problem?.given).toMatch(given);
    expect(problem?.given).not.toContain('abc');
  });

  it('refuses a file that is not there', () => {
    expect(problemsOf(() => load({ LONGWIRE_CONFIG: '/nowhere/longwire.json' }))).toMatchObject([
      { key: 'LONGWIRE_CONFIG', source: '/nowhere/longwire.json', given: 'ENOENT' },
    ]);
  });

  it('runs the cross checks when every setting is right by itself, and says what was given', () => {
    const check: ConfigSource<typeof schema>['check'] = ({ redis }) =>
      redis.readOnly && redis.url === '' ? [{ key: 'redis.url', allowed: 'an address when readOnly' }] : [];
    expect(problemsOf(() => load({ LONGWIRE_REDIS_READ_ONLY: 'true' }, undefined, check))).toEqual([
      { key: 'redis.url', source: 'default', given: '""', allowed: 'an address when readOnly' },
    ]);
    expect(load({}, undefined, check).redis.readOnly).toBe(false);
  });

  it('gives any integer in range back, and refuses any other', () => {
    fc.assert(
      fc.property(fc.integer({ min: -100_000, max: 100_000 }), (value) => {
        const work = () => load({ LONGWIRE_REDIS_COMMAND_TIMEOUT_MS: String(value) }).redis.commandTimeoutMs;
        if (value >= 50 && value <= 60_000) expect(work()).toBe(value);
        else expect(work).toThrow(ConfigError);
      }),
    );
  });
});

describe('describeConfig', () => {
  it('gives a row per setting', () => {
    const rows = describeConfig(schema);
    expect(rows.find((row) => row.key === 'redis.commandTimeoutMs')).toEqual({
      key: 'redis.commandTimeoutMs',
      env: 'LONGWIRE_REDIS_COMMAND_TIMEOUT_MS',
      default: '2000',
      required: false,
      secret: false,
      allowed: 'an integer from 50 to 60000',
      description: '',
    });
    expect(rows.find((row) => row.key === 'cluster.secret')).toMatchObject({ required: true, secret: true });
    expect(rows.find((row) => row.key === 'route.http.publicUrl')).toMatchObject({
      required: false,
      default: null,
    });
    expect(new Set(rows.map((row) => row.env)).size).toBe(rows.length);
  });
});
