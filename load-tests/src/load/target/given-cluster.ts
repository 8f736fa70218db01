import { existsSync, readFileSync } from 'node:fs';
import type { HelperRole } from '../scenario.ts';
import { answerOf, request } from '../../lib/api.ts';
import { TokenMinter } from '../../lib/token-minter.ts';
import { readMetrics, type ApiCall, type ProcessGroup, type PushServer, type Target } from './target.ts';

/** What the file of `--cluster` holds. */
interface Description {
  readonly pushServers: readonly { name?: string; tcp: string; url?: string; pid?: number }[];
  readonly routeUrl?: string;
  readonly adminUrl?: string;
}

/** What may stand there instead of in the file. */
const urlVariables = { route: 'LONGWIRE_LOAD_ROUTE_URL', admin: 'LONGWIRE_CLI_ADMIN_URL' } as const;

/** A cluster that runs already, and goes on when the run is over. */
export class GivenCluster implements Target {
  readonly settings = {};
  readonly pushServers: readonly PushServer[];
  readonly databaseUrl: string | null;
  /** Whoever runs it sees to its processes. */
  readonly lost = new Promise<never>(() => undefined);
  readonly #urls: { readonly route: string | undefined; readonly admin: string | undefined };
  readonly #apiKey: string;
  readonly #tokens: TokenMinter;

  /** `cluster` is a file, or `host:port,…`; `services` will be needed. Throws an error that names what is missing. */
  constructor(cluster: string, services: readonly HelperRole[], env: NodeJS.ProcessEnv) {
    const { pushServers, routeUrl, adminUrl } = descriptionOf(cluster);
    this.pushServers = pushServers.map(({ name, tcp, url = null, pid = null }, index) => ({
      name: name ?? `push-${index + 1}`,
      tcp,
      url,
      pid,
    }));
    this.#urls = {
      route: routeUrl ?? env[urlVariables.route],
      admin: adminUrl ?? env[urlVariables.admin],
    };
    for (const role of services)
      if (role !== 'consumer' && this.#urls[role] === undefined)
        throw new Error(`--cluster: this scenario needs ${role}Url in the file, or ${urlVariables[role]}`);
    this.databaseUrl = env['LONGWIRE_DATABASE_URL'] ?? null;
    this.#apiKey = needed(env, 'LONGWIRE_CLI_API_KEY', 'an API key of an operator');
    this.#tokens = TokenMinter.fromFile(needed(env, 'LONGWIRE_TOKENS_KEYS_FILE', "the cluster's token keys"));
  }

  mintToken(clientId: string): string {
    return this.#tokens.mint(clientId);
  }

  async call<Answer>({ role, method, path, body }: ApiCall): Promise<Answer> {
    const url = this.#urls[role];
    if (url === undefined) throw new Error(`it is not known where the ${role} is`);
    return answerOf(await request(url, this.#apiKey, method, path, body), `${method} ${path} at ${role}`);
  }

  async metricsOf(pushServer: PushServer): Promise<string | null> {
    return readMetrics(pushServer, this.#apiKey);
  }

  processes(): { group: ProcessGroup; pid: number }[] {
    return this.pushServers.flatMap(({ pid }) =>
      pid === null ? [] : [{ group: 'push-servers' as const, pid }],
    );
  }

  collectGarbage(): Promise<void> {
    return Promise.resolve();
  }

  kill(): Promise<void> {
    return Promise.reject(new Error('only a push-server of a cluster that was started here is killed'));
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }
}

function descriptionOf(cluster: string): Description {
  if (!existsSync(cluster)) {
    const addresses = cluster.split(',');
    if (!addresses.every((address) => /^[^\s:]+:\d{1,5}$/.test(address)))
      throw new Error(`--cluster: given ${cluster}; allowed: a file, or host:port,… of push-servers`);
    return { pushServers: addresses.map((tcp) => ({ tcp })) };
  }
  const description = JSON.parse(readFileSync(cluster, 'utf8')) as Partial<Description>;
  if (!Array.isArray(description.pushServers) || description.pushServers.length === 0)
    throw new Error(`--cluster: ${cluster} names no pushServers`);
  return description as Description;
}

function needed(env: NodeJS.ProcessEnv, name: string, what: string): string {
  const value = env[name];
  if (value === undefined || value === '') throw new Error(`--cluster needs ${name}: ${what}`);
  return value;
}
