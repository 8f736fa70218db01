import { ZooKeeperConnection, type SessionTicket } from '../src/membership/zookeeper-connection.ts';

/** A bare connection for looking at and meddling with what the membership has written. */
export async function openConnection(
  server: string,
  ticket: SessionTicket | null = null,
): Promise<ZooKeeperConnection> {
  return ZooKeeperConnection.open({
    server,
    sessionTimeoutMs: 10_000,
    ticket,
    openTimeoutMs: 10_000,
    signal: new AbortController().signal,
  });
}

/** Deletes a path and all below it. */
export async function removeTree(server: string, path: string): Promise<void> {
  const connection = await openConnection(server);
  await removeBelow(connection, path);
  await connection.close();
}

async function removeBelow(connection: ZooKeeperConnection, path: string): Promise<void> {
  for (const name of await connection.getChildren(path, () => {})) {
    await removeBelow(connection, `${path}/${name}`);
  }
  await connection.remove(path);
}
