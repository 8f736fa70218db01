import {
  EmbeddedMembership,
  openStore,
  type Directory,
  type Membership,
  type Store,
} from '@longwire/cluster';
import { composePushRoute, pushRouteConfigSchema, type PushRoute } from '@longwire/push-route';
import { createApiKey, createLogger, loadConfig, type ProblemBody } from '@longwire/service-kit';
import { CLUSTER_SECRET, TestCluster } from '../../push-server/test/harness.ts';
import { adminPlatformConfigSchema, composeAdminPlatform, type AdminPlatform } from '../src/index.ts';

export const operator = createApiKey('steerer', 'operator');
export const viewer = createApiKey('watcher', 'viewer');
const logger = createLogger({ service: 'test', level: 'silent' });

type Answer<Body> = { status: number; body: Body; headers: Headers };

export interface Backends {
  readonly directory: Directory;
  readonly membership: Membership;
  readonly databaseUrl: string;
}

/** An admin-platform over real push-servers and push-routes; on embedded backends unless told otherwise. */
export class Harness {
  readonly cluster: TestCluster;
  readonly directory: Directory;
  readonly membership: Membership;
  readonly store: Store;
  readonly admin: AdminPlatform;
  readonly routes: PushRoute[] = [];
  readonly #env: Record<string, string>;

  private constructor(
    cluster: TestCluster,
    backends: Omit<Backends, 'databaseUrl'>,
    store: Store,
    admin: AdminPlatform,
    env: Record<string, string>,
  ) {
    this.cluster = cluster;
    this.directory = backends.directory;
    this.membership = backends.membership;
    this.store = store;
    this.admin = admin;
    this.#env = env;
  }

  static async start(backends?: Backends): Promise<Harness> {
    const cluster = await TestCluster.create();
    const env = {
      LONGWIRE_CLUSTER_SECRET: CLUSTER_SECRET,
      LONGWIRE_API_KEYS: JSON.stringify([operator.entry, viewer.entry]),
      LONGWIRE_DATABASE_URL: backends?.databaseUrl ?? 'sqlite::memory:',
      LONGWIRE_ADMIN_HTTP_PORT: '0',
    };
    const config = loadConfig(adminPlatformConfigSchema, { env });
    const directory = backends?.directory ?? cluster.directory;
    const membership = backends?.membership ?? new EmbeddedMembership(cluster.embedded);
    const store = await openStore({ settings: config.database, logger });
    const admin = await composeAdminPlatform({ config, directory, membership, store, logger });
    await admin.start();
    return new Harness(cluster, { directory, membership }, store, admin, env);
  }

  async startRoute(nodeId: string): Promise<PushRoute> {
    const { directory, membership, store } = this;
    const { LONGWIRE_ADMIN_HTTP_PORT: _, ...env } = this.#env;
    const own = { LONGWIRE_ROUTE_NODE_ID: nodeId, LONGWIRE_ROUTE_HTTP_PORT: '0' };
    const config = loadConfig(pushRouteConfigSchema, { env: { ...env, ...own } });
    const route = await composePushRoute({ config, directory, membership, store, logger });
    await route.start();
    this.routes.push(route);
    return route;
  }

  startNode(nodeId: string) {
    return this.cluster.start(nodeId, {}, { directory: this.directory, membership: this.membership });
  }

  async call<Body = ProblemBody>(
    method: string,
    path: string,
    {
      key = viewer.key,
      body,
      headers = {},
    }: { key?: string; body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Answer<Body>> {
    const response = await fetch(`${this.admin.url}${path}`, {
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

  async stop(): Promise<void> {
    await this.admin.stop();
    for (const route of this.routes) await route.stop();
    await this.cluster.stop();
    await this.membership.close();
    await this.directory.close();
    await this.store.close();
  }
}
