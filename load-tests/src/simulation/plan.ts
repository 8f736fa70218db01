import { costs } from './costs.ts';

/** What a client does, on average over a day: multiply all but heartbeats for a busier hour. The plan is as good as these are for an application. */
export const assumptions = {
  clientsPerNode: 50_000,
  zones: 3,
  /** As in what it costs to hold a connection. */
  heartbeatSeconds: 60,
  loginsPerDay: 10,
  publishesPerHour: 4,
  sendsPerHour: 4,
  /** Settings and constants of Longwire: `tokens.lifetimeSeconds` times the middle of the SDK's renewal, and so on. */
  secondsBetweenRenewals: 3600 * 0.775,
  auditSeconds: 40,
  leaseReadSeconds: 1,
  /** A dead boot is swept until two sweeps have found nothing. */
  sweepsOfDeadNode: 3,
  acceptsPerSecond: 2000,
  /** One for deliveries and outcomes, and four for rare calls. */
  connectionsToNode: 5,
  maxHttpConnections: 4096,
  routesPerBucketInListpack: 128,
  buckets: 16_384,
  /** `packages/auth-service/test/cost.test.ts`, the HTTP client in the same process included. */
  signInsPerAuthService: 1200,
  /** How full a core or a link may be. */
  utilization: 0.7,
  linkBytesPerSecond: 125e6,
} as const;

export interface Demand {
  readonly what: string;
  readonly unit: string;
  readonly of: (clients: number) => number;
}

/** A demand that one thing has to bear, whatever else is added: where it is more than that, the design has to change. */
export interface Bend extends Demand {
  readonly limit: number;
  readonly why: string;
}

const a = assumptions;
const SECONDS_A_DAY = 86_400;
const SECONDS_AN_HOUR = 3600;
const SECONDS_A_MINUTE = 60;

const nodes = (clients: number): number => Math.ceil(clients / a.clientsPerNode);
/** With one zone lost the others hold all. */
const fullNode = (a.clientsPerNode * a.zones) / (a.zones - 1);
const renewals = (clients: number): number => clients / a.secondsBetweenRenewals;
const logins = (clients: number): number => (clients * a.loginsPerDay) / SECONDS_A_DAY;
const authServices = (clients: number): number =>
  Math.max(2, Math.ceil((renewals(clients) + logins(clients)) / a.signInsPerAuthService));
const confirms = (clients: number): number => clients / a.auditSeconds;
const publishes = (clients: number): number => (clients * a.publishesPerHour) / SECONDS_AN_HOUR;
const sends = (clients: number): number => (clients * a.sendsPerHour) / SECONDS_AN_HOUR;
const watchers = (clients: number): number => nodes(clients) + authServices(clients);
const cores = (perSecond: number, microseconds: number): number => (perSecond * microseconds) / 1e6;
const redisCores = (clients: number): number =>
  cores(confirms(clients), costs.redisCpuPerConfirm.value) +
  cores(logins(clients), costs.redisCpuPerClaim.value);
const bytesPerRoute = (clients: number): number =>
  clients / a.buckets <= a.routesPerBucketInListpack
    ? costs.bytesPerRouteInListpack.value
    : costs.bytesPerRouteInHashtable.value;
const waveClaims = (clients: number): number =>
  ((nodes(clients) * (a.zones - 1)) / a.zones) * a.acceptsPerSecond;
const bytesOfChange = (clients: number): number =>
  watchers(clients) * (nodes(clients) * costs.memberName.value + costs.memberRecord.value);

export const demands: readonly Demand[] = [
  { what: 'push-servers of 50,000 clients', unit: '', of: nodes },
  {
    what: 'memory of a push-server that holds 75,000, user and kernel',
    unit: 'MB',
    of: () =>
      (costs.memoryOfEmptyNode.value +
        fullNode * (costs.userMemoryPerConnection.value + costs.kernelMemoryPerConnection.value)) /
      1e6,
  },
  {
    what: 'memory of all of them, a zone lost',
    unit: 'GB',
    of: (clients) =>
      (nodes(clients) * costs.memoryOfEmptyNode.value +
        clients * (costs.userMemoryPerConnection.value + costs.kernelMemoryPerConnection.value)) /
      1e9,
  },
  { what: 'heartbeats', unit: '/s', of: (clients) => clients / a.heartbeatSeconds },
  {
    what: 'cores to hold all clients, all push-servers',
    unit: '',
    of: (clients) => cores(clients / SECONDS_A_MINUTE, costs.cpuToHoldForMinute.value),
  },
  {
    what: 'cores for logins, sends and publishes, all push-servers',
    unit: '',
    of: (clients) =>
      cores(logins(clients), costs.cpuPerLogin.value) +
      cores(sends(clients), costs.cpuPerSend.value) +
      cores(publishes(clients), costs.cpuPerPublish.value),
  },
  {
    what: 'CPU of each push-server for a push to everyone',
    unit: 's',
    of: () => cores(a.clientsPerNode, costs.cpuPerBroadcastRecipient.value),
  },
  {
    what: 'directory: memory of the routes, default buckets',
    unit: 'GB',
    of: (c) => (c * bytesPerRoute(c)) / 1e9,
  },
  { what: 'directory: claims', unit: '/s', of: logins },
  { what: 'directory: claims in a wave that uses the accept rate', unit: '/s', of: waveClaims },
  { what: 'directory: confirmations of the audit', unit: '/s', of: confirms },
  { what: 'Redis cores for audit and claims, calls shared', unit: '', of: redisCores },
  {
    what: 'the same in a Redis Cluster, a call each',
    unit: '',
    of: (clients) => cores(confirms(clients) + logins(clients), costs.redisCpuPerLoneClaim.value),
  },
  {
    what: 'Redis CPU to sweep one dead push-server',
    unit: 's',
    of: (clients) => cores(clients * a.sweepsOfDeadNode, costs.redisCpuPerSweptRoute.value),
  },
  { what: 'ZooKeeper: watches', unit: '', of: (clients) => watchers(clients) * (nodes(clients) + 3) },
  { what: 'ZooKeeper: bytes for one change of the list', unit: 'MB', of: (c) => bytesOfChange(c) / 1e6 },
  {
    what: 'connections of one push-server with the others, at most',
    unit: '',
    of: (clients) => 2 * a.connectionsToNode * (nodes(clients) - 1),
  },
  { what: 'sends between clients', unit: '/s', of: sends },
  {
    what: 'sends from one push-server to one other',
    unit: '/s',
    of: (clients) => sends(clients) / nodes(clients) / Math.max(1, nodes(clients) - 1),
  },
  { what: 'token renewals and sign-ins', unit: '/s', of: (c) => renewals(c) + logins(c) },
  { what: 'auth-services', unit: '', of: authServices },
  { what: 'Kafka: records', unit: '/s', of: publishes },
  {
    what: 'Kafka: partitions',
    unit: '',
    of: (c) => Math.ceil(publishes(c) / (a.utilization * costs.recordsPerSecondOfPartition.value)),
  },
  { what: 'MySQL: rows', unit: '/s', of: publishes },
];

/** In any order; see `bendsAt`. */
export const bends: readonly Bend[] = [
  {
    what: 'audit and logins in one Redis',
    unit: 'cores',
    of: redisCores,
    limit: a.utilization,
    why: 'Redis runs scripts on one core',
  },
  {
    what: 'a wave against one Redis, at the accept rate of 2,000/s and node',
    unit: 'cores',
    of: (clients) => cores(waveClaims(clients), costs.redisCpuPerClaim.value),
    limit: a.utilization,
    why: 'Redis runs scripts on one core',
  },
  {
    what: 'sweeps of a lost zone, one after the other',
    unit: 's of CPU of one Redis',
    of: (clients) =>
      cores((nodes(clients) / a.zones) * a.sweepsOfDeadNode * clients, costs.redisCpuPerSweptRoute.value),
    limit: SECONDS_AN_HOUR * a.utilization,
    why: 'each dead node has all routes looked through, three times; all in an hour',
  },
  {
    what: 'every auth-service reads all leases each second',
    unit: 'cores of one Redis',
    of: (clients) =>
      cores((authServices(clients) * nodes(clients)) / a.leaseReadSeconds, costs.redisCpuPerLeaseRead.value),
    limit: a.utilization,
    why: 'grows with the square of the clients',
  },
  {
    what: 'connections that other nodes may open to one, five each',
    unit: '',
    of: (clients) => a.connectionsToNode * (nodes(clients) - 1),
    limit: a.maxHttpConnections,
    why: '`push.http.maxConnections` as it comes',
  },
  {
    what: 'a change of the list of nodes, sent to every watcher',
    unit: 'MB',
    of: (clients) => bytesOfChange(clients) / 1e6,
    limit: a.linkBytesPerSecond / 1e6,
    why: 'a second of 1 Gbit/s for each node that comes or goes',
  },
  {
    what: 'upstream rows in one MySQL',
    unit: 'rows/s',
    of: publishes,
    limit: costs.rowsPerSecondOfDatabase.value * a.utilization,
    why: 'one database takes all rows',
  },
  {
    what: 'CPU of a choice of node at each sign-in, one auth-service',
    unit: 'us',
    of: (clients) => nodes(clients) * costs.cpuPerChoicePerNode.value,
    limit: 100,
    why: 'more than the rest of placement is worth; grows with the nodes',
  },
];

/** With how many clients the limit is reached. */
export function bendsAt({ of, limit }: Bend): number {
  let [low, high] = [1e4, 1e11];
  while (high / low > 1.001) {
    const middle = Math.sqrt(low * high);
    if (of(middle) < limit) low = middle;
    else high = middle;
  }
  return high;
}
