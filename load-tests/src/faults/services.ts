import type { Cluster, Node } from '../lib/cluster.ts';
import { FaultProxy } from './proxy.ts';
import { COLLECT_ON_SIGNAL } from '../lib/garbage.ts';

export interface Services {
  readonly auth: Node;
  readonly pushServers: readonly Node[];
  readonly admin: Node;
  /** In front of each push-server: what clients connect to, and what other nodes call. */
  readonly clientProxies: Readonly<Record<string, FaultProxy>>;
  readonly nodeProxies: Readonly<Record<string, FaultProxy>>;
  /** Between each push-server and the door to ZooKeeper. */
  readonly zookeeperProxies: Readonly<Record<string, FaultProxy>>;
}

export const SESSION_TIMEOUT_MS = 6000;
export const IDLE_TIMEOUT_MS = 12_000;
export const LOGIN_BAN_MS = 5000;
export const MAX_QUEUED_RECORDS = 40;
/** Of thirty clients on each node: far fewer than would come at once. */
export const DRAIN_CLIENTS_PER_SECOND = 10;
export const DRAIN_DEADLINE_MS = 30_000;

/** Times are short and queues small, so that what takes minutes in a real cluster is seen in seconds. */
export const settings: Readonly<Record<string, string>> = {
  LONGWIRE_ZOOKEEPER_SESSION_TIMEOUT_MS: String(SESSION_TIMEOUT_MS),
  LONGWIRE_KAFKA_PUBLISH_TIMEOUT_MS: '5000',
  LONGWIRE_KAFKA_MAX_QUEUED_RECORDS: String(MAX_QUEUED_RECORDS),
  LONGWIRE_PUSH_HEARTBEAT_INTERVAL_MS: '4000',
  LONGWIRE_PUSH_IDLE_TIMEOUT_MS: String(IDLE_TIMEOUT_MS),
  LONGWIRE_PUSH_ACKNOWLEDGE_TIMEOUT_MS: '5000',
  LONGWIRE_PUSH_LOGIN_TIMEOUT_MS: '5000',
  // The machine holds everything at once, and its stalls are not the node's.
  LONGWIRE_PUSH_MAX_EVENT_LOOP_DELAY_MS: '1000',
  // One client signs in over and over to see whether it is answered.
  LONGWIRE_AUTH_CLIENT_SIGN_INS_PER_SECOND: '1000',
  LONGWIRE_PUSH_LOGIN_BAN_MS: String(LOGIN_BAN_MS),
  LONGWIRE_PUSH_DRAIN_CLIENTS_PER_SECOND: String(DRAIN_CLIENTS_PER_SECOND),
  LONGWIRE_PUSH_DRAIN_DEADLINE_MS: String(DRAIN_DEADLINE_MS),
};

const PORT_STEP = 10;
const nodeFlags = COLLECT_ON_SIGNAL;

/** Starts one auth-service, three push-servers behind proxies, two push-routes, a consumer and an admin-platform. */
export async function startServices(
  cluster: Cluster,
  firstPort: number,
  zookeeperDoor: string,
): Promise<Services> {
  const clientProxies: Record<string, FaultProxy> = {};
  const nodeProxies: Record<string, FaultProxy> = {};
  const zookeeperProxies: Record<string, FaultProxy> = {};
  const startPush = async (index: number): Promise<Node> => {
    const name = `push-${index}`;
    const ports = { http: firstPort + PORT_STEP * index, tcp: firstPort + PORT_STEP * index + 1 };
    const [clients, nodes, zookeeper] = await Promise.all([
      FaultProxy.listen(`127.0.0.1:${ports.tcp}`),
      FaultProxy.listen(`127.0.0.1:${ports.http}`),
      FaultProxy.listen(zookeeperDoor),
    ]);
    clientProxies[name] = clients;
    nodeProxies[name] = nodes;
    zookeeperProxies[name] = zookeeper;
    const env = {
      LONGWIRE_PUSH_ADVERTISED_ADDRESS: clients.address,
      LONGWIRE_PUSH_HTTP_PUBLIC_URL: `http://${nodes.address}`,
      LONGWIRE_ZOOKEEPER_SERVERS: zookeeper.address,
    };
    return cluster.start('push', name, { ports, env, nodeFlags });
  };
  const [auth, push1, push2, push3, admin] = await Promise.all([
    cluster.start('auth', 'auth', { nodeFlags }),
    startPush(1),
    startPush(2),
    startPush(3),
    cluster.start('admin', 'admin', { nodeFlags }),
    cluster.start('route', 'route-1', { nodeFlags }),
    cluster.start('route', 'route-2', { nodeFlags }),
    cluster.start('consumer', 'consumer', { nodeFlags }),
  ]);
  const pushServers = [push1, push2, push3];
  return { auth, pushServers, admin, clientProxies, nodeProxies, zookeeperProxies };
}
