import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  EmbeddedDirectory,
  EmbeddedMembership,
  openStore,
  type Directory,
  type Member,
  type Membership,
  type Registration,
} from '@longwire/cluster';
import {
  createApiKey,
  createTokenKeySet,
  loadConfig,
  TokenKeys,
  TokenVerifier,
  writeTokenKeySet,
  type ProblemBody,
} from '@longwire/service-kit';
import { pino } from 'pino';
import { authConfigSchema, composeAuthService } from '../src/index.ts';

export const operator = createApiKey('steerer', 'operator');
export const viewer = createApiKey('watcher', 'viewer');
const clusterSecret = 'c'.repeat(32);

/** An auth-service on embedded adapters and a SQLite file, on a port of its own. */
export async function startAuthService(
  options: { directory?: Directory; membership?: Membership; env?: Record<string, string> } = {},
) {
  const folder = await mkdtemp(join(tmpdir(), 'longwire-auth-'));
  const keysFile = join(folder, 'keys.json');
  const keySet = createTokenKeySet();
  await writeTokenKeySet(keysFile, keySet);
  const config = loadConfig(authConfigSchema, {
    env: {
      LONGWIRE_CLUSTER_SECRET: clusterSecret,
      LONGWIRE_API_KEYS: JSON.stringify([operator.entry, viewer.entry]),
      LONGWIRE_TOKENS_KEYS_FILE: keysFile,
      LONGWIRE_AUTH_HTTP_PORT: '0',
      LONGWIRE_DATABASE_URL: `sqlite:${join(folder, 'auth.db')}`,
      ...options.env,
    },
  });
  const lines: string[] = [];
  const logger = pino({ level: 'info' }, { write: (line) => lines.push(line) });
  const directory = options.directory ?? new EmbeddedDirectory();
  const membership = options.membership ?? new EmbeddedMembership();
  const store = await openStore({ settings: config.database, logger });
  const service = await composeAuthService({ config, directory, membership, store, logger });
  await service.start();

  const keys = await TokenKeys.open(keysFile, logger);
  return {
    directory,
    membership,
    keysFile,
    keySet,
    keys,
    log: () => lines.join(''),
    /** As a push-server verifies. */
    verifier: new TokenVerifier(keys, config.tokens),
    addPushServer: (nodeId: string, change: Partial<Member> = {}): Promise<Registration> =>
      membership.register('push-server', { ...pushServer(nodeId), ...change }, () => {}),
    post: (path: string, body?: unknown, credential?: string) => post(service.url + path, body, credential),
    metrics: async () => {
      const headers = { authorization: `Bearer ${clusterSecret}` };
      return (await fetch(`${service.url}/metrics`, { headers })).text();
    },
    url: service.url,
    async stop() {
      await service.stop();
      keys.close();
      await membership.close();
      await store.close();
    },
  };
}

export type RunningAuthService = Awaited<ReturnType<typeof startAuthService>>;

export function pushServer(nodeId: string): Member {
  return {
    nodeId,
    boot: '0123456789abcdef',
    addresses: { api: 'http://127.0.0.1:1', tcp: `${nodeId}.example:7400` },
    weight: 1,
    state: 'active',
    version: '0.1.0',
  };
}

export interface SignedIn {
  token: string;
  expiresAt: string;
  pushServer: { nodeId: string; tcp: string };
  alternatives: { nodeId: string; tcp: string }[];
}

export async function post(url: string, body?: unknown, credential?: string) {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(credential !== undefined && { authorization: `Bearer ${credential}` }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: (text === '' ? {} : JSON.parse(text)) as ProblemBody & SignedIn & Registered,
  };
}

interface Registered {
  clientId: string;
  clientSecret: string;
  registeredAt: string;
}

/** Registers a client and answers its secret. */
export async function register(auth: RunningAuthService, clientId: string): Promise<string> {
  const { status, body } = await auth.post('/v1/clients', { clientId }, operator.key);
  if (status !== 201) throw new Error(`registering answered ${status}: ${JSON.stringify(body)}`);
  return body.clientSecret;
}
