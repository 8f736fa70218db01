import { createHash, createHmac, randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startBackends, stopBackends } from '../../../deploy/local/backends.ts';
import type { SetName } from '../../../deploy/local/sets.ts';
import { Process } from './process.ts';

export const repository: string = fileURLToPath(new URL('../../..', import.meta.url));

export type Role = 'auth' | 'push' | 'route' | 'consumer' | 'admin';

const packageOf: { readonly [role in Role]: string } = {
  auth: 'auth-service',
  push: 'push-server',
  route: 'push-route',
  consumer: 'upstream-consumer',
  admin: 'admin-platform',
};

/** One service process and how it is reached. */
export interface Node {
  readonly name: string;
  readonly process: Process;
  readonly url: string;
  /** Push-servers only: `host:port` for clients. */
  readonly tcp: string;
}

export interface NodeOptions {
  /** More or other settings, as environment variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** Flags for node itself. */
  readonly nodeFlags?: readonly string[];
}

/**
 * A cluster on real backends in processes of their own, for demos and benchmarks. Begins with empty backends; everything,
 * logs included, is in `folder`.
 */
export class Cluster {
  readonly folder: string;
  readonly apiKey: string = `lwk_${randomBytes(32).toString('base64url')}`;
  readonly clusterSecret: string = randomBytes(32).toString('base64url');
  readonly nodes: Node[] = [];
  readonly databaseUrl: string;
  readonly #set: SetName;
  readonly #tokenKey: { kty: 'oct'; alg: 'HS256'; kid: string; k: string };
  readonly #env: Record<string, string>;
  #nextPort: number;

  private constructor(set: SetName, firstPort: number, backends: Awaited<ReturnType<typeof startBackends>>) {
    this.#set = set;
    this.#nextPort = firstPort;
    this.databaseUrl = backends.databaseUrl;
    this.folder = join(repository, '.longwire', 'runs', set);
    mkdirSync(this.folder, { recursive: true });
    this.#tokenKey = {
      kty: 'oct',
      alg: 'HS256',
      kid: randomBytes(8).toString('hex'),
      k: randomBytes(32).toString('base64url'),
    };
    const keysFile = join(this.folder, 'token-keys.json');
    writeFileSync(keysFile, JSON.stringify({ keys: [this.#tokenKey] }), { mode: 0o600 });
    const sha256 = createHash('sha256').update(this.apiKey).digest('hex');
    this.#env = {
      LONGWIRE_REDIS_URL: backends.redisUrl,
      LONGWIRE_ZOOKEEPER_SERVERS: backends.zookeeperServers,
      LONGWIRE_KAFKA_BROKERS: backends.kafkaBrokers,
      LONGWIRE_DATABASE_URL: backends.databaseUrl,
      LONGWIRE_CLUSTER_SECRET: this.clusterSecret,
      LONGWIRE_API_KEYS: JSON.stringify([{ name: set, role: 'operator', sha256 }]),
      LONGWIRE_TOKENS_KEYS_FILE: keysFile,
      LONGWIRE_LOG_LEVEL: 'warn',
    };
  }

  /** Starts fresh backends of the set. The services' ports count up from `firstPort`. */
  static async create(set: SetName, firstPort: number): Promise<Cluster> {
    await stopBackends(set);
    try {
      return new Cluster(set, firstPort, await startBackends(set));
    } catch (error) {
      // Those that could be started.
      await stopBackends(set);
      throw error;
    }
  }

  /** Starts a service and waits until it is ready. */
  async start(role: Role, name: string, { env = {}, nodeFlags = [] }: NodeOptions = {}): Promise<Node> {
    const port = this.#nextPort++;
    const tcpPort = role === 'push' ? this.#nextPort++ : 0;
    const main = join(repository, 'packages', packageOf[role], 'src/main.ts');
    const command = [process.execPath, '--conditions=longwire-source', ...nodeFlags, main];
    const settings = { ...this.#env, ...portSettings(role, name, port, tcpPort), ...env };
    const started = new Process(name, command, settings, join(this.folder, `${name}.log`));
    const node = { name, process: started, url: `http://127.0.0.1:${port}`, tcp: `127.0.0.1:${tcpPort}` };
    this.nodes.push(node);
    await started.ready(`${node.url}/readyz`);
    return node;
  }

  /** A token for a client, as the auth-service would sign it: for load that is not about signing in over HTTP. */
  mintToken(clientId: string): string {
    const nowSeconds = Date.now() / 1000;
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const { kid, k } = this.#tokenKey;
    const claims = {
      sub: clientId,
      iss: 'longwire',
      aud: 'longwire',
      iat: nowSeconds,
      exp: nowSeconds + 86_400,
    };
    const signed = `${part({ alg: 'HS256', typ: 'JWT', kid })}.${part(claims)}`;
    return `${signed}.${createHmac('sha256', Buffer.from(k, 'base64url')).update(signed).digest('base64url')}`;
  }

  /** Calls an HTTP API of a node with the operator key. Throws what the answer says when it is not a success. */
  async call<Answer>(node: Node, method: 'GET' | 'POST', path: string, body?: object): Promise<Answer> {
    const response = await fetch(node.url + path, {
      method,
      headers: {
        authorization: `Bearer ${this.apiKey}`,
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} at ${node.name}: ${response.status} ${text}`);
    return (text === '' ? null : JSON.parse(text)) as Answer;
  }

  /** Ends every service and the backends. */
  async stop(): Promise<void> {
    await Promise.all(this.nodes.map(({ process }) => process.stop()));
    await stopBackends(this.#set);
  }
}

function portSettings(role: Role, name: string, port: number, tcpPort: number): Record<string, string> {
  if (role === 'push')
    return {
      LONGWIRE_PUSH_NODE_ID: name,
      LONGWIRE_PUSH_PORT: String(tcpPort),
      LONGWIRE_PUSH_HTTP_PORT: String(port),
    };
  if (role === 'route') return { LONGWIRE_ROUTE_NODE_ID: name, LONGWIRE_ROUTE_HTTP_PORT: String(port) };
  return { [`LONGWIRE_${role.toUpperCase()}_HTTP_PORT`]: String(port) };
}
