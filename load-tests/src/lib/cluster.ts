import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startBackends, stopBackends, type BackendAddresses } from '../../../deploy/local/backends.ts';
import type { SetName } from '../../../deploy/local/sets.ts';
import { answerOf, request, type Method } from './api.ts';
import { Process } from './process.ts';
import { TokenMinter } from './token-minter.ts';

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
  readonly role: Role;
  readonly name: string;
  readonly process: Process;
  readonly url: string;
  /** Push-servers only: `host:port` for clients. */
  readonly tcp: string;
  readonly options: NodeOptions;
}

export interface NodeOptions {
  /** More or other settings, as environment variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** Flags for node itself. */
  readonly nodeFlags?: readonly string[];
  /** Left out: the next that no other node has. */
  readonly ports?: { readonly http: number; readonly tcp: number };
  /** What the service is started by: a command in front of node's own. */
  readonly launcher?: readonly string[];
}

export interface ClusterOptions {
  /** Everything that the run writes, logs included, comes here; what an earlier run left is removed. */
  readonly folder: string;
  /** The services' ports count up from here. */
  readonly firstPort: number;
  readonly backends: BackendAddresses;
  /** More settings for every service, as environment variables. */
  readonly env?: Readonly<Record<string, string>>;
  /** Whether services run as users run them, from `dist/`, which must be built; else from source. */
  readonly isBuilt?: boolean;
}

/** A cluster on real backends in processes of their own, for demos, benchmarks and faults. */
export class Cluster {
  readonly folder: string;
  readonly apiKey: string = `lwk_${randomBytes(32).toString('base64url')}`;
  readonly clusterSecret: string = randomBytes(32).toString('base64url');
  readonly nodes: Node[] = [];
  readonly databaseUrl: string;
  readonly #tokens: TokenMinter;
  readonly #isBuilt: boolean;
  readonly #env: Record<string, string>;
  readonly #stopBackends: () => Promise<void>;
  #nextPort: number;

  /** On backends that run already. `stopBackends` is called once the services have ended. */
  constructor(
    { folder, firstPort, backends, env = {}, isBuilt = false }: ClusterOptions,
    stop = async () => {},
  ) {
    this.#isBuilt = isBuilt;
    this.#nextPort = firstPort;
    this.#stopBackends = stop;
    this.databaseUrl = backends.databaseUrl;
    this.folder = folder;
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const tokenKey = {
      kty: 'oct',
      alg: 'HS256',
      kid: randomBytes(8).toString('hex'),
      k: randomBytes(32).toString('base64url'),
    } as const;
    this.#tokens = new TokenMinter(tokenKey);
    const keysFile = join(folder, 'token-keys.json');
    writeFileSync(keysFile, JSON.stringify({ keys: [tokenKey] }), { mode: 0o600 });
    const sha256 = createHash('sha256').update(this.apiKey).digest('hex');
    this.#env = {
      LONGWIRE_REDIS_URL: backends.redisUrl,
      LONGWIRE_ZOOKEEPER_SERVERS: backends.zookeeperServers,
      LONGWIRE_KAFKA_BROKERS: backends.kafkaBrokers,
      LONGWIRE_DATABASE_URL: backends.databaseUrl,
      LONGWIRE_CLUSTER_SECRET: this.clusterSecret,
      LONGWIRE_API_KEYS: JSON.stringify([{ name: 'load-tests', role: 'operator', sha256 }]),
      LONGWIRE_TOKENS_KEYS_FILE: keysFile,
      LONGWIRE_LOG_LEVEL: 'warn',
      ...env,
    };
  }

  /** On fresh backends of the set, which end with the cluster. The services' ports count up from `firstPort`. */
  static async create(
    set: SetName,
    firstPort: number,
    options: Pick<ClusterOptions, 'env' | 'isBuilt'> = {},
  ): Promise<Cluster> {
    await stopBackends(set);
    try {
      const backends = await startBackends(set);
      const folder = join(repository, '.longwire', 'runs', set);
      return new Cluster({ folder, firstPort, backends, ...options }, () => stopBackends(set));
    } catch (error) {
      // Those that could be started.
      await stopBackends(set);
      throw error;
    }
  }

  /** Starts a service and waits until it is ready. */
  async start(role: Role, name: string, options: NodeOptions = {}): Promise<Node> {
    const node = this.launch(role, name, options);
    await node.process.ready(`${node.url}/readyz`);
    return node;
  }

  /** Starts a service. One that has the name of another takes its place. */
  launch(role: Role, name: string, options: NodeOptions = {}): Node {
    const { env = {}, nodeFlags = [], launcher = [] } = options;
    const http = options.ports?.http ?? this.#nextPort++;
    const tcp = options.ports?.tcp ?? (role === 'push' ? this.#nextPort++ : 0);
    const folder = join(repository, 'packages', packageOf[role]);
    const program = this.#isBuilt
      ? [...nodeFlags, join(folder, 'dist/main.js')]
      : ['--conditions=longwire-source', ...nodeFlags, join(folder, 'src/main.ts')];
    const command = [...launcher, process.execPath, ...program];
    const settings = { ...this.#env, ...portSettings(role, name, http, tcp), ...env };
    const started = new Process(name, command, settings, join(this.folder, `${name}.log`));
    const node = {
      role,
      name,
      process: started,
      url: `http://127.0.0.1:${http}`,
      tcp: `127.0.0.1:${tcp}`,
      options: { ...options, ports: { http, tcp } },
    };
    const place = this.nodes.findIndex((other) => other.name === name);
    this.nodes.splice(place === -1 ? this.nodes.length : place, 1, node);
    return node;
  }

  /** Starts a service again that has ended, under its name and on its ports, and waits until it is ready. */
  async restart({ role, name, options }: Node): Promise<Node> {
    return this.start(role, name, options);
  }

  /** A token for a client, as the auth-service would sign it: for load that is not about signing in over HTTP. */
  mintToken(clientId: string): string {
    return this.#tokens.mint(clientId);
  }

  /** Calls an HTTP API of a node with the operator key. Throws what the answer says when it is not a success. */
  async call<Answer>(node: Node, method: Method, path: string, body?: object): Promise<Answer> {
    return answerOf(await this.request(node, method, path, body), `${method} ${path} at ${node.name}`);
  }

  /** As `call`, with whatever answer comes. */
  async request({ url }: Node, method: Method, path: string, body?: object): Promise<Response> {
    return request(url, this.apiKey, method, path, body);
  }

  /** Ends every service, then the backends if they are its own. */
  async stop(): Promise<void> {
    await Promise.all(this.nodes.map(({ process }) => process.stop()));
    await this.#stopBackends();
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
