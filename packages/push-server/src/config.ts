import {
  backendProblems,
  kafkaSettings,
  redisSettings,
  weightRange,
  zookeeperSettings,
} from '@longwire/cluster';
import {
  advertisedHttpSection,
  apiKeysSettings,
  clusterSettings,
  loadConfig,
  logSettings,
  tlsProblems,
  tlsSettings,
  tokenSettings,
  type ConfigProblem,
} from '@longwire/service-kit';
import { hostname } from 'node:os';
import { Type, type Static } from 'typebox';

const milliseconds = (defaultMs: number, minimum: number, maximum: number, description: string) =>
  Type.Integer({ default: defaultMs, minimum, maximum, description });

export const pushServerSettings = Type.Object({
  nodeId: Type.String({
    default: `push-${hostname()}`.replace(/[^A-Za-z0-9._-]/g, '-').slice(0, 64),
    pattern: '^[A-Za-z0-9._-]{1,64}$',
    description: 'stable name of this node',
  }),
  weight: Type.Number({
    default: 1,
    ...weightRange,
    description: 'share of the clients relative to other nodes',
  }),
  host: Type.String({ default: '127.0.0.1', minLength: 1, description: 'address to listen on for clients' }),
  port: Type.Integer({
    default: 7400,
    minimum: 0,
    maximum: 65_535,
    description: 'port for clients; 0: any free port',
  }),
  advertisedAddress: Type.String({
    default: '',
    pattern: '^$|^.+:[0-9]{1,5}$',
    description: 'host:port that clients are told; empty: host:port of the listener',
  }),
  transport: Type.Enum(['auto', 'handle', 'socket'], {
    default: 'auto',
    description:
      'without TLS: TCP handles, or sockets, which take more; auto: handles where a trial finds that they work',
  }),
  tls: tlsSettings,
  http: advertisedHttpSection({ port: 7401 }),
  maxConnections: Type.Integer({ default: 19_500, minimum: 1, description: 'more are closed as overloaded' }),
  maxUnauthenticated: Type.Integer({
    default: 5000,
    minimum: 1,
    description: 'connections that are not signed in; more are closed as overloaded',
  }),
  maxUnauthenticatedPerAddress: Type.Integer({
    default: 500,
    minimum: 1,
    description:
      'the same for one IPv4 address or one IPv6 network of 64 bits; fewer while few places are free',
  }),
  acceptsPerSecond: Type.Integer({
    default: 2000,
    minimum: 1,
    description: 'new connections a second; more are closed as overloaded and told when to come back',
  }),
  maxEventLoopDelayMs: milliseconds(200, 20, 60_000, 'while this node is later, new clients are refused'),
  maxClaimWaitMs: milliseconds(
    1000,
    10,
    60_000,
    'while logins wait longer for the directory, few new clients are let in; less than redis.commandTimeoutMs',
  ),
  reservedFiles: Type.Integer({
    default: 256,
    minimum: 16,
    description: 'file descriptors that clients may not take: for backends, other nodes, logs',
  }),
  loginTimeoutMs: milliseconds(10_000, 100, 600_000, 'from the accepted connection to the whole CONNECT'),
  maxLoginsPerMinute: Type.Integer({
    default: 15,
    minimum: 1,
    description: 'of one client on this node; one that logs in more often is refused for loginBanMs',
  }),
  loginBanMs: milliseconds(60_000, 1000, 3_600_000, 'how long such a client is refused'),
  heartbeatIntervalMs: milliseconds(60_000, 1000, 3_600_000, 'what clients are asked to keep'),
  idleTimeoutMs: milliseconds(150_000, 1000, 7_200_000, 'a client that is silent for so long is closed'),
  maxFrameBytes: Type.Integer({
    default: 65_536,
    minimum: 4096,
    maximum: 524_288,
    description: 'largest frame of a signed-in client; Kafka takes no more by default',
  }),
  frameTimeoutMs: milliseconds(10_000, 1000, 600_000, 'from the first byte of a frame to its last'),
  messagesPerSecond: Type.Integer({
    default: 1000,
    minimum: 1,
    description: 'PUBLISH and SEND per client, in the long run; twice as many at once',
  }),
  framesPerSecond: Type.Integer({
    default: 5000,
    minimum: 1,
    description: 'frames of any kind per client, in the long run; twice as many at once',
  }),
  maxInFlight: Type.Integer({
    default: 256,
    minimum: 1,
    maximum: 65_536,
    description: 'unanswered PUBLISH and SEND per client',
  }),
  maxQueuedBytes: Type.Integer({
    default: 1_048_576,
    minimum: 65_536,
    description: 'write queue of one connection',
  }),
  writeTimeoutMs: milliseconds(
    10_000,
    1000,
    600_000,
    'a client that takes none of the bytes that wait for it for so long is closed',
  ),
  maxUnacknowledged: Type.Integer({
    default: 1024,
    minimum: 1,
    description: 'deliveries per client that wait for its acknowledgement',
  }),
  acknowledgeTimeoutMs: milliseconds(
    10_000,
    100,
    60_000,
    'how long a client may take to acknowledge a message of another client',
  ),
  memoryLimitBytes: Type.Integer({
    default: 0,
    minimum: 0,
    description:
      'what this node may use: near it, fewer new clients come; 0: the limit of its container, or of the machine',
  }),
  drainClientsPerSecond: Type.Integer({
    default: 500,
    minimum: 1,
    maximum: 100_000,
    description: 'how many clients a stopping node sends to others a second',
  }),
  drainDeadlineMs: milliseconds(
    120_000,
    1000,
    3_600_000,
    'a stopping node sends its clients away within this, faster if it must; then it closes them',
  ),
  handlerModules: Type.Array(Type.String({ minLength: 1 }), {
    default: [],
    description: 'modules with upstream handlers by kind; see docs/upstream-handlers.md',
  }),
});

export const pushServerConfigSchema = Type.Object({
  log: logSettings,
  cluster: clusterSettings,
  apiKeys: apiKeysSettings,
  tokens: tokenSettings,
  redis: redisSettings,
  zookeeper: zookeeperSettings,
  kafka: kafkaSettings,
  push: pushServerSettings,
});

export type PushServerSettings = Static<typeof pushServerSettings>;
export type PushServerConfig = Static<typeof pushServerConfigSchema>;

/** What no single setting of a push-server can tell. */
export function checkPushServerConfig({
  push,
}: Pick<PushServerConfig, 'push'>): Pick<ConfigProblem, 'key' | 'allowed'>[] {
  const problems = [];
  const shortestMs = push.heartbeatIntervalMs * 1.5;
  if (push.idleTimeoutMs < shortestMs)
    problems.push({
      key: 'push.idleTimeoutMs',
      allowed: `at least 1.5 times push.heartbeatIntervalMs: ${shortestMs}`,
    });
  if (push.maxQueuedBytes < 2 * push.maxFrameBytes)
    problems.push({
      key: 'push.maxQueuedBytes',
      allowed: `at least twice push.maxFrameBytes: ${2 * push.maxFrameBytes}`,
    });
  if (push.maxUnauthenticatedPerAddress > push.maxUnauthenticated)
    problems.push({
      key: 'push.maxUnauthenticatedPerAddress',
      allowed: `at most push.maxUnauthenticated: ${push.maxUnauthenticated}`,
    });
  if (push.framesPerSecond < push.messagesPerSecond)
    problems.push({
      key: 'push.framesPerSecond',
      allowed: `at least push.messagesPerSecond: ${push.messagesPerSecond}`,
    });
  if (isAnyAddress(push.host) && push.advertisedAddress === '')
    problems.push({
      key: 'push.advertisedAddress',
      allowed: `host:port that clients can reach, because push.host is ${push.host}`,
    });
  if (isAnyAddress(push.http.host) && push.http.publicUrl === undefined)
    problems.push({
      key: 'push.http.publicUrl',
      allowed: `a URL that nodes can reach, because push.http.host is ${push.http.host}`,
    });
  return problems;
}

/** A claim that takes longer would be given up before it is known to be late. */
function claimWaitProblems({ push, redis }: Pick<PushServerConfig, 'push' | 'redis'>) {
  const { commandTimeoutMs } = redis;
  if (push.maxClaimWaitMs < commandTimeoutMs) return [];
  return [{ key: 'push.maxClaimWaitMs', allowed: `less than redis.commandTimeoutMs: ${commandTimeoutMs}` }];
}

function isAnyAddress(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

/** For a push-server in a process of its own. @throws ConfigError */
export function loadPushServerConfig(env: NodeJS.ProcessEnv): PushServerConfig {
  const check = (config: PushServerConfig) => [
    ...backendProblems(config),
    ...checkPushServerConfig(config),
    ...claimWaitProblems(config),
    ...tlsProblems(config),
  ];
  return loadConfig(pushServerConfigSchema, { env, check });
}
