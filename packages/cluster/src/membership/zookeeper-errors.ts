import { zookeeper } from './zookeeper-library.ts';

/** ZooKeeper could not be reached or did not answer in time; whether a write took effect is unknown. */
export class ZooKeeperUnavailable extends Error {
  override readonly name = 'ZooKeeperUnavailable';
}

/** The server has ended the session: everything ephemeral in it is gone. */
export class ZooKeeperSessionExpired extends Error {
  override readonly name = 'ZooKeeperSessionExpired';
}

export function isNoNode(error: unknown): boolean {
  return codeOf(error) === zookeeper.Exception.NO_NODE;
}

export function isNodeExists(error: unknown): boolean {
  return codeOf(error) === zookeeper.Exception.NODE_EXISTS;
}

export function isSessionExpired(error: unknown): boolean {
  return codeOf(error) === zookeeper.Exception.SESSION_EXPIRED;
}

/** Whether this is the library's own word for a cut link, and no answer of a server. */
export function isConnectionLoss(error: unknown): boolean {
  return codeOf(error) === zookeeper.Exception.CONNECTION_LOSS;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
