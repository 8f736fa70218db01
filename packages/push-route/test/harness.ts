import {
  EmbeddedCluster,
  EmbeddedDirectory,
  EmbeddedMembership,
  openStore,
  type Directory,
  type Membership,
  type PushReport,
  type PushRequest,
  type PushResultsPage,
  type PushSummary,
  type Store,
} from '@longwire/cluster';
import { createApiKey, createLogger, loadConfig, type ProblemBody } from '@longwire/service-kit';
import { waitFor } from '../../../test-support/backends.ts';
import { composePushRoute, pushRouteConfigSchema, type PushRoute } from '../src/index.ts';
import { clusterSecret, SimulatedNode } from './simulated-node.ts';

export const operator = createApiKey('backend', 'operator');
export const otherOperator = createApiKey('other-backend', 'operator');
export const viewer = createApiKey('watcher', 'viewer');

type Answer<Body> = { status: number; body: Body; headers: Headers };

export interface HarnessOptions {
  readonly clusterSecret?: string;
  readonly settings?: Record<string, unknown>;
  readonly directory?: Directory;
  readonly membership?: () => Promise<Membership>;
  readonly databaseUrl?: string;
  readonly queryTimeoutMs?: number;
  /** Puts something between the router and its store. */
  readonly between?: (store: Store) => Store;
}

/** One push-route with its backends, and the nodes of a test; embedded adapters and SQLite in memory unless told otherwise. */
export class Harness {
  readonly directory: Directory;
  readonly embedded = new EmbeddedCluster();
  readonly nodes: SimulatedNode[] = [];
  readonly #options: HarnessOptions;
  readonly #lines: string[] = [];
  readonly #memberships: Membership[] = [];
  readonly #routes: PushRoute[] = [];
  #store: Store | null = null;

  private constructor(options: HarnessOptions) {
    this.#options = options;
    this.directory = options.directory ?? new EmbeddedDirectory();
  }

  static async start(options: HarnessOptions = {}): Promise<Harness> {
    const harness = new Harness(options);
    await harness.startRoute();
    return harness;
  }

  get route(): PushRoute {
    return this.#routes[0]!;
  }

  get store(): Store {
    return this.#store!;
  }

  async startRoute(settings: Record<string, unknown> = {}): Promise<PushRoute> {
    const env: Record<string, string> = {
      LONGWIRE_CLUSTER_SECRET: this.#options.clusterSecret ?? clusterSecret,
      LONGWIRE_API_KEYS: JSON.stringify([operator.entry, otherOperator.entry, viewer.entry]),
      LONGWIRE_DATABASE_URL: this.#options.databaseUrl ?? 'sqlite::memory:',
      LONGWIRE_DATABASE_QUERY_TIMEOUT_MS: String(this.#options.queryTimeoutMs ?? 5000),
      LONGWIRE_ROUTE_NODE_ID: `route-${this.#routes.length + 1}`,
      LONGWIRE_ROUTE_HTTP_PORT: '0',
    };
    for (const [key, value] of Object.entries({ ...this.#options.settings, ...settings }))
      env[`LONGWIRE_ROUTE_${key.replace(/([a-z])([A-Z])/g, '$1_$2').toUpperCase()}`] = String(value);
    const config = loadConfig(pushRouteConfigSchema, { env });
    const destination = { write: (line: string) => this.#lines.push(line) };
    const logger = createLogger({ service: 'push-route', level: 'info', destination });
    this.#store ??= await openStore({ settings: config.database, logger });
    const store = this.#options.between?.(this.#store) ?? this.#store;
    const membership = await this.newMembership();
    const route = await composePushRoute({ config, directory: this.directory, membership, store, logger });
    await route.start();
    this.#routes.push(route);
    return route;
  }

  /** How many lines of the log say this. */
  logged(text: string): number {
    return this.#lines.filter((line) => line.includes(text)).length;
  }

  async newMembership(): Promise<Membership> {
    const membership = (await this.#options.membership?.()) ?? new EmbeddedMembership(this.embedded);
    this.#memberships.push(membership);
    return membership;
  }

  async addNode(nodeId: string): Promise<SimulatedNode> {
    const parts = { directory: this.directory, membership: await this.newMembership() };
    const node = await SimulatedNode.start(nodeId, parts);
    this.nodes.push(node);
    return node;
  }

  /** Registers clients, one millisecond after the other from this time on. */
  async register(clientIds: readonly string[], fromMs: number): Promise<void> {
    for (const [index, clientId] of clientIds.entries())
      await this.store.insertClient({
        clientId,
        secretHash: new Uint8Array(32),
        registeredAtMs: fromMs + index,
      });
  }

  async call<Body = ProblemBody>(
    method: string,
    path: string,
    {
      route = this.route,
      key = operator.key,
      body,
      headers = {},
    }: { route?: PushRoute; key?: string; body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Answer<Body>> {
    const response = await fetch(`${route.url}${path}`, {
      method,
      headers: {
        ...(key !== '' && { authorization: `Bearer ${key}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    });
    return { status: response.status, body: (await response.json()) as Body, headers: response.headers };
  }

  push<Body = PushSummary>(
    audience: PushRequest['audience'],
    more: Partial<PushRequest> = {},
    headers: Record<string, string> = {},
  ): Promise<Answer<Body>> {
    const body = { audience, payload: { text: 'hello' }, ...more };
    return this.call<Body>('POST', '/v1/pushes', { body, headers });
  }

  async report(pushId: string): Promise<PushReport> {
    const { status, body } = await this.call<PushReport>('GET', `/v1/pushes/${pushId}`);
    if (status !== 200) throw new Error(`status ${status}`);
    return body;
  }

  /** The report of a push once it has ended. */
  ended(pushId: string, deadlineMs = 30_000): Promise<PushReport> {
    return waitFor(async () => {
      const report = await this.report(pushId);
      return report.state === 'running' ? null : report;
    }, deadlineMs);
  }

  /** Pushes and waits for the end. */
  async pushed(audience: PushRequest['audience'], more: Partial<PushRequest> = {}): Promise<PushReport> {
    const { status, body } = await this.push(audience, more);
    if (status !== 202) throw new Error(`status ${status}: ${JSON.stringify(body)}`);
    return this.ended(body.pushId);
  }

  async allResults(pushId: string, query = 'limit=1000'): Promise<PushResultsPage['results']> {
    const results: PushResultsPage['results'] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const more: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const path = `/v1/pushes/${pushId}/results?${query}${more}`;
      const { body }: { body: PushResultsPage } = await this.call<PushResultsPage>('GET', path);
      results.push(...body.results);
      cursor = body.nextCursor;
    }
    return results;
  }

  async stop(): Promise<void> {
    for (const route of this.#routes) await route.stop();
    for (const node of this.nodes) await node.stop();
    for (const membership of this.#memberships) await membership.close();
    await this.directory.close();
    await this.#store?.close();
  }
}

export function names(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
}
