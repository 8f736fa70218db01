import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { authConfigSchema, composeAuthService } from '@longwire/auth-service';
import {
  EmbeddedDirectory,
  EmbeddedMembership,
  EmbeddedUpstreamLog,
  openStore,
  type Directory,
  type UpstreamRecord,
} from '@longwire/cluster';
import { composePushServer, pushServerConfigSchema, type PushServer } from '@longwire/push-server';
import {
  createApiKey,
  createTokenKeySet,
  loadConfig,
  newSecret,
  writeTokenKeySet,
} from '@longwire/service-kit';
import type { LongwireOptions } from '../src/index.ts';

/** An auth-service and push-servers in this process, on embedded adapters, and what came out upstream. */
export class RealCluster {
  readonly upstream: UpstreamRecord[] = [];
  readonly directory: Directory;
  readonly #membership = new EmbeddedMembership();
  readonly #log = new EmbeddedUpstreamLog({ maxRecords: 10_000, maxBytes: 10_000_000 });
  readonly #logger = pino({ level: 'silent' });
  readonly #key = createApiKey('test', 'operator');
  readonly #closers: (() => Promise<unknown>)[] = [];
  #env: Record<string, string> = {};
  #authUrl = '';

  private constructor(directory: Directory) {
    this.directory = directory;
  }

  /** On embedded adapters; with another directory if it is given, which the cluster closes. */
  static async start(directory: Directory = new EmbeddedDirectory()): Promise<RealCluster> {
    const cluster = new RealCluster(directory);
    await cluster.#start();
    return cluster;
  }

  async #start(): Promise<void> {
    this.#closers.push(() => this.directory.close());
    const folder = await mkdtemp(join(tmpdir(), 'longwire-sdk-'));
    this.#closers.push(() => rm(folder, { recursive: true }));
    const keysFile = join(folder, 'token-keys.json');
    await writeTokenKeySet(keysFile, createTokenKeySet());
    this.#env = {
      LONGWIRE_CLUSTER_SECRET: newSecret(''),
      LONGWIRE_TOKENS_KEYS_FILE: keysFile,
      LONGWIRE_API_KEYS: JSON.stringify([this.#key.entry]),
    };
    const logger = this.#logger;
    const config = loadConfig(authConfigSchema, { env: { ...this.#env, LONGWIRE_AUTH_HTTP_PORT: '0' } });
    const store = await openStore({
      settings: { ...config.database, url: `sqlite:${join(folder, 'test.db')}` },
      logger,
    });
    this.#closers.push(() => store.close());
    const parts = { config, directory: this.directory, membership: this.#membership, store, logger };
    const auth = await composeAuthService(parts);
    await auth.start();
    this.#closers.push(() => auth.stop());
    this.#authUrl = auth.url;
    const consumer = await this.#log.consume('test', async (batch) => void this.upstream.push(...batch));
    this.#closers.push(() => consumer.stop());
  }

  /** Clients are told `advertisedAddress` if it is given; `more` are environment variables. */
  async addPushServer(
    nodeId: string,
    { port = 0, advertisedAddress = '' } = {},
    more: Readonly<Record<string, string>> = {},
  ): Promise<PushServer> {
    const env = {
      ...this.#env,
      LONGWIRE_PUSH_NODE_ID: nodeId,
      LONGWIRE_PUSH_PORT: `${port}`,
      LONGWIRE_PUSH_HTTP_PORT: '0',
      // A busy machine, and clients whose lines are cut all the time, are no reason to refuse logins here.
      LONGWIRE_PUSH_MAX_EVENT_LOOP_DELAY_MS: '60000',
      LONGWIRE_PUSH_MAX_LOGINS_PER_MINUTE: '1000000',
      LONGWIRE_PUSH_ADVERTISED_ADDRESS: advertisedAddress,
      ...more,
    };
    const server = await composePushServer({
      config: loadConfig(pushServerConfigSchema, { env }),
      directory: this.directory,
      membership: this.#membership,
      upstream: this.#log,
      logger: this.#logger,
    });
    await server.start();
    this.#closers.push(() => server.stop());
    return server;
  }

  async register(clientId: string): Promise<LongwireOptions> {
    const response = await this.#post('/v1/clients', clientId);
    if (response.status !== 201) throw new Error(`registering ${clientId}: ${await response.text()}`);
    const { clientSecret } = (await response.json()) as { clientSecret: string };
    return { authUrl: this.#authUrl, clientId, clientSecret, backoffBaseMs: 20, backoffMaxMs: 200 };
  }

  async revokeTokens(clientId: string): Promise<void> {
    const response = await this.#post('/v1/tokens/revoke', clientId);
    if (!response.ok) throw new Error(`revoking: ${await response.text()}`);
  }

  async close(): Promise<void> {
    for (const close of this.#closers.toReversed()) await close();
  }

  #post(path: string, clientId: string): Promise<Response> {
    return fetch(`${this.#authUrl}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.#key.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ clientId }),
      signal: AbortSignal.timeout(30_000),
    });
  }
}
