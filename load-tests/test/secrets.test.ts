import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeFrame } from '@longwire/protocol';
import { LongwireClient } from '@longwire/sdk';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { realBackend, uniqueName, waitFor, type BackendKind } from '../../test-support/backends.ts';
import { dropNamespace, openNamespace } from '../src/faults/namespace.ts';
import { Cluster, type Node } from '../src/lib/cluster.ts';

const needed: readonly BackendKind[] = ['redis', 'zookeeper', 'kafka', 'database'];
/** Beside those of the demo and of the faults. */
const FIRST_PORT = 17_900;

describe.skipIf(needed.some((kind) => realBackend(kind) === null))('a cluster that logs all it can', () => {
  const name = uniqueName('secrets');
  const folder = mkdtempSync(join(tmpdir(), 'longwire-secrets-'));
  const backends = {
    redisUrl: realBackend('redis')!,
    zookeeperServers: realBackend('zookeeper')!,
    kafkaBrokers: realBackend('kafka')!,
    databaseUrl: realBackend('database')!,
  };
  /** What must be nowhere, by what it is. Wrong ones, too: most are nearly right. */
  const secrets = new Map<string, string>();
  /** What a client or a stranger was answered, and metrics. */
  const answers: string[] = [];
  let cluster: Cluster;
  let auth: Node;
  let push: Node;
  let admin: Node;

  const random = (what: string): string => {
    const secret = randomBytes(32).toString('base64url');
    secrets.set(what, secret);
    return secret;
  };

  beforeAll(async () => {
    const namespace = await openNamespace(name, backends);
    const env = { ...namespace.env, LONGWIRE_LOG_LEVEL: 'trace' };
    cluster = new Cluster({ folder, firstPort: FIRST_PORT, backends: namespace.backends, env });
    secrets.set('the cluster secret', cluster.clusterSecret);
    secrets.set('the API key', cluster.apiKey);
    const { keys } = JSON.parse(readFileSync(join(folder, 'token-keys.json'), 'utf8')) as {
      keys: { k: string }[];
    };
    secrets.set('the key of the tokens', keys[0]!.k);
    const { password } = new URL(namespace.backends.databaseUrl);
    if (password !== '') secrets.set('the password of the database', password);
    [auth, push, admin] = await Promise.all([
      cluster.start('auth', 'auth'),
      cluster.start('push', 'push'),
      cluster.start('admin', 'admin'),
      cluster.start('route', 'route'),
      cluster.start('consumer', 'consumer'),
    ]);
  }, 120_000);

  afterAll(async () => {
    await cluster.stop();
    await dropNamespace(name, backends);
    rmSync(folder, { recursive: true });
  });

  const logOf = (log: string): string => readFileSync(join(folder, `${log}.log`), 'utf8');

  async function request(url: string, authorization: string, body?: string): Promise<string> {
    const response = await fetch(url, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body }),
    });
    const text = await response.text();
    answers.push(text);
    return text;
  }

  /** Sends each of these frames once the one before is answered, and waits for the end. */
  async function say(...frames: Uint8Array[]): Promise<void> {
    const [host = '', port] = push.tcp.split(':');
    const socket = createConnection({ host, port: Number(port) });
    const sendNext = (): void => void (frames.length > 0 ? socket.write(frames.shift()!) : socket.end());
    socket.on('data', (chunk) => {
      answers.push(chunk.toString('latin1'));
      sendNext();
    });
    sendNext();
    await new Promise((resolve) => {
      socket.on('error', () => undefined).on('close', resolve);
    });
  }

  /** All that a client does, well and badly. */
  async function live(clientId: string): Promise<void> {
    const registered = await cluster.call<{ clientSecret: string }>(auth, 'POST', '/v1/clients', {
      clientId,
    });
    const { clientSecret } = registered;
    secrets.set('a client secret', clientSecret);
    const signIn = { clientId, clientSecret };
    const tokens = `${auth.url}/v1/tokens`;
    const { token } = await cluster.call<{ token: string }>(auth, 'POST', '/v1/tokens', signIn);
    secrets.set('a token', token);
    const connect = (text: string) => encodeFrame('connect', { versionMin: 1, versionMax: 1, token: text });

    const client = new LongwireClient({ authUrl: auth.url, clientId, clientSecret });
    client.on('message', () => undefined);
    await client.connect();
    await client.publish('secrets', 'a message');
    await client.send(clientId, 'to itself');
    const { pushId } = await cluster.call<{ pushId: string }>(admin, 'POST', '/v1/pushes', {
      audience: { clientIds: [clientId] },
      payload: { text: 'a push' },
    });
    await waitFor(async () => {
      const { state } = await cluster.call<{ state: string }>(admin, 'GET', `/v1/pushes/${pushId}`);
      return state === 'done';
    });

    // Answers that hold secrets rightly are not kept.
    const refreshed = await fetch(`${tokens}/refresh`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
    });
    secrets.set('a newer token', ((await refreshed.json()) as { token: string }).token);
    await request(tokens, '', JSON.stringify({ clientId, clientSecret: random('a wrong client secret') }));
    await request(
      tokens,
      '',
      JSON.stringify({ clientId, clientSecret, andMore: random('a field too many') }),
    );
    await request(tokens, '', JSON.stringify(signIn).slice(0, -2));
    await request(tokens, '', JSON.stringify({ clientId: clientSecret, clientSecret: clientId }));
    await request(`${tokens}?clientSecret=${clientSecret}&token=${token}`, '', '{}');
    await request(`${tokens}/refresh`, `Bearer ${token}x`, '');
    await request(`${auth.url}/v1/clients`, `Bearer ${random('a wrong API key')}`, '{"clientId":"mallory"}');
    await request(`${admin.url}/v1/pushes`, `Basic ${random('credentials of another kind')}`, '{}');
    await request(`${push.url}/node/v1/kick`, `Bearer ${random('a wrong cluster secret')}`, '{}');
    const [header, claims] = token.split('.') as [string, string];
    const other = cluster.mintToken(`${clientId}-2`);
    secrets.set("another client's token", other);
    await say(connect(`${token}x`));
    await say(connect(`${header}.${claims}.${random('a wrong signature')}`));
    await say(connect(other), encodeFrame('refresh', { token: `${other}x` }));
    await say(connect(other), encodeFrame('refresh', { token }));
    await say(encodeFrame('refresh', { token }));
    await cluster.call(auth, 'POST', '/v1/tokens/revoke', { clientId });
    await waitFor(() => client.state !== 'connected');
    await client.close();
    await say(connect(token));
  }

  /** Services that cannot start: with passwords that are wrong, and where nobody listens. */
  async function failToStart(): Promise<void> {
    const url = new URL(cluster.databaseUrl);
    url.password = random('a wrong password of the database');
    const redis = new URL(backends.redisUrl);
    redis.port = '1';
    redis.password = random('a password of Redis');
    const started = [
      cluster.launch('auth', 'auth-without-database', { env: { LONGWIRE_DATABASE_URL: url.href } }),
      cluster.launch('consumer', 'consumer-without-database', { env: { LONGWIRE_DATABASE_URL: url.href } }),
      cluster.launch('push', 'push-without-redis', { env: { LONGWIRE_REDIS_URL: redis.href } }),
      cluster.launch('push', 'push-with-bad-settings', {
        env: {
          LONGWIRE_CLUSTER_SECRET: 'too-short-secret',
          LONGWIRE_REDIS_URL: `nonsense://${redis.password}`,
        },
      }),
    ];
    secrets.set('a cluster secret that is too short', 'too-short-secret');
    await Promise.all(
      started.map(({ name: log, process }) => waitFor(() => process.hasExited && logOf(log) !== '', 40_000)),
    );
  }

  test(
    'keeps every secret, right or wrong, out of logs, metrics and what it answers',
    { timeout: 180_000 },
    async () => {
      await Promise.all([live('alice'), failToStart()]);
      for (const { url } of [auth, push, admin])
        await request(`${url}/metrics`, `Bearer ${cluster.clusterSecret}`);
      await cluster.stop();
      const logs = readdirSync(folder).filter((file) => file.endsWith('.log'));
      const texts = new Map(logs.map((file) => [file, readFileSync(join(folder, file), 'utf8')]));
      texts.set('answers', answers.join('\n'));
      const whereIs = (words: string): string[] =>
        [...texts].flatMap(([file, text]) => (text.includes(words) ? [file] : []));
      // Logs are full, and the failures in them.
      expect(logs).toHaveLength(9);
      expect(whereIs('"clientId":"alice"')).toContain('push.log');
      expect(whereIs('"status":401')).toContain('auth.log');
      expect(whereIs('Access denied for user')).toHaveLength(2);
      expect(whereIs('longwire_http_request_seconds')).toEqual(['answers']);
      const told = [...secrets].flatMap(([what, secret]) =>
        [secret, encodeURIComponent(secret)].flatMap(whereIs).map((file) => `${what} in ${file}`),
      );
      expect(told).toEqual([]);
      // Nor any other token.
      for (const [file, text] of texts)
        expect(/eyJ[\w-]+\.eyJ[\w-]+/.exec(text)?.[0] ?? null, file).toBeNull();
    },
  );
});
