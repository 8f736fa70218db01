import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  EmbeddedCluster,
  EmbeddedDirectory,
  EmbeddedMembership,
  EmbeddedUpstreamLog,
  type Directory,
  type Membership,
  type UpstreamLog,
} from '@longwire/cluster';
import {
  createLogger,
  createTokenKeySet,
  loadConfig,
  writeTokenKeySet,
  type TokenKeySet,
} from '@longwire/service-kit';
import { SignJWT } from 'jose';
import {
  composePushServer,
  pushServerConfigSchema,
  type PushServer,
  type PushServerParts,
} from '../src/index.ts';
import { TestClient } from './test-client.ts';

export { TestClient } from './test-client.ts';

export const CLUSTER_SECRET = 'a-secret-of-the-tests-that-is-long-enough';

export type TestServer = PushServer & { readonly membership: Membership };

interface TokenOptions {
  readonly expiresInSeconds?: number;
  readonly issuedAtMs?: number;
  readonly audience?: string;
  readonly kid?: string;
}

/** Push-servers that share one cluster, and tokens for their clients. */
export class TestCluster {
  readonly directory: Directory;
  readonly upstream: UpstreamLog;
  readonly embedded = new EmbeddedCluster();
  readonly servers: PushServer[] = [];
  readonly clients: TestClient[] = [];
  /** What the servers logged, a JSON object a line, from level debug. */
  readonly log: string[] = [];
  readonly #folder: string;
  readonly #keys = createTokenKeySet();

  private constructor(folder: string, { directory, upstream }: Partial<PushServerParts>) {
    this.#folder = folder;
    this.directory = directory ?? new EmbeddedDirectory();
    this.upstream = upstream ?? new EmbeddedUpstreamLog();
  }

  /** On embedded adapters, except those given. */
  static async create(
    parts: Pick<Partial<PushServerParts>, 'directory' | 'upstream'> = {},
  ): Promise<TestCluster> {
    const cluster = new TestCluster(await mkdtemp(join(tmpdir(), 'longwire-push-server-')), parts);
    await writeTokenKeySet(cluster.keysFile, cluster.#keys);
    return cluster;
  }

  /** The key with which tokens are signed. */
  get key(): TokenKeySet['keys'][number] {
    return this.#keys.keys[0]!;
  }

  get keysFile(): string {
    return join(this.#folder, 'keys.json');
  }

  /** A push-server that is not started. `settings` are of the section `push`; lists are given as JSON. */
  async compose(
    nodeId: string,
    settings: Record<string, string | number> = {},
    parts: Partial<PushServerParts> = {},
  ): Promise<TestServer> {
    const env: Record<string, string> = {
      LONGWIRE_CLUSTER_SECRET: CLUSTER_SECRET,
      LONGWIRE_TOKENS_KEYS_FILE: this.keysFile,
      LONGWIRE_PUSH_NODE_ID: nodeId,
      LONGWIRE_PUSH_PORT: '0',
      LONGWIRE_PUSH_HTTP_PORT: '0',
      // A busy machine is late and tests sign the same clients in again and again: only tests of these limits have them.
      LONGWIRE_PUSH_MAX_EVENT_LOOP_DELAY_MS: '60000',
      LONGWIRE_PUSH_MAX_LOGINS_PER_MINUTE: '1000000',
      ...pushEnvironment(settings),
    };
    const membership = parts.membership ?? new EmbeddedMembership(this.embedded);
    const destination = { write: (line: string) => void this.log.push(line) };
    const server = await composePushServer({
      config: loadConfig(pushServerConfigSchema, { env }),
      directory: this.directory,
      upstream: this.upstream,
      logger: createLogger({ service: 'push-server', level: 'debug', nodeId, destination }),
      ...parts,
      membership,
    });
    this.servers.push(server);
    return Object.assign(server, { membership });
  }

  async start(...args: Parameters<TestCluster['compose']>): Promise<TestServer> {
    const server = await this.compose(...args);
    await server.start();
    return server;
  }

  async token(
    clientId: string,
    { expiresInSeconds = 600, issuedAtMs = Date.now(), audience = 'longwire', kid }: TokenOptions = {},
  ): Promise<string> {
    const { key } = this;
    return new SignJWT({ iat: issuedAtMs / 1000, exp: issuedAtMs / 1000 + expiresInSeconds })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT', kid: kid ?? key.kid })
      .setSubject(clientId)
      .setIssuer('longwire')
      .setAudience(audience)
      .sign(Buffer.from(key.k, 'base64url'));
  }

  /** A raw socket to a server, nothing sent yet. */
  async open(server: PushServer, from?: string): Promise<TestClient> {
    const client = await TestClient.open(server.addresses.tcp, from);
    this.clients.push(client);
    return client;
  }

  /** A client that has sent CONNECT. */
  async connect(server: PushServer, clientId: string, token?: string): Promise<TestClient> {
    const client = await this.open(server);
    client.send('connect', { versionMin: 1, versionMax: 1, token: token ?? (await this.token(clientId)) });
    return client;
  }

  /** A client that is signed in. */
  async login(server: PushServer, clientId: string): Promise<TestClient> {
    const client = await this.connect(server, clientId);
    await client.next('connected');
    return client;
  }

  async stop(): Promise<void> {
    for (const client of this.clients) client.socket.destroy();
    for (const server of this.servers.splice(0)) await server.stop();
    await this.upstream.close();
    await this.directory.close();
    await rm(this.#folder, { recursive: true });
  }
}

/** Settings of the section `push` as environment variables. */
export function pushEnvironment(settings: Record<string, string | number>): Record<string, string> {
  const name = (key: string): string => key.replace(/([a-z])([A-Z])/g, '$1_$2').toUpperCase();
  return Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [`LONGWIRE_PUSH_${name(key)}`, String(value)]),
  );
}

/** Calls a path of a server's HTTP listener as another node of the cluster does. */
export async function callApi(
  server: PushServer,
  path: string,
  init: Omit<RequestInit, 'headers'> & { headers?: Record<string, string> } = {},
): Promise<Response> {
  const headers = { authorization: `Bearer ${CLUSTER_SECRET}`, ...init.headers };
  return fetch(new URL(path, server.addresses.api), { ...init, headers });
}

/** A value of /metrics: the sum over all series of this name that carry the label, `reason="kicked"` for example. */
export async function metric(server: PushServer, name: string, label = ''): Promise<number> {
  const text = await (await callApi(server, '/metrics')).text();
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) && line.includes(label))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}
