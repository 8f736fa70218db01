import { connect, type Socket } from 'node:net';

const sessionTimeoutMs = 5000;
const closeSession = -11;
/** Length, protocol version, session timeout, session id: what follows is of no use here. */
const answerBytes = 20;

/**
 * Opens a session with a ZooKeeper server and ends it again, by the records ConnectRequest, ConnectResponse and RequestHeader of
 * ZooKeeper's zookeeper.jute. Rejects when the server gives none: one that has no quorum closes the connection instead.
 */
export async function openAndCloseSession(server: string, deadlineMs: number): Promise<void> {
  const [host, port] = server.split(':');
  const socket = connect({ host, port: Number(port) });
  try {
    socket.write(connectRequest());
    const answer = await readAnswer(socket, deadlineMs);
    // A server that does not like the session answers with the timeout 0.
    if (answer.readInt32BE(8) <= 0) throw new Error('gave no session');
    socket.end(closeRequest());
  } catch (error) {
    socket.destroy();
    throw error;
  }
  socket.setTimeout(deadlineMs, () => socket.destroy());
  socket.resume();
}

function connectRequest(): Buffer {
  const request = Buffer.alloc(48);
  request.writeInt32BE(44, 0); // length of what follows
  // 4: protocol version 0; 8: last transaction seen 0
  request.writeInt32BE(sessionTimeoutMs, 16);
  // 20: session id 0, a new one
  request.writeInt32BE(16, 28); // length of its password, zeros
  return request;
}

function closeRequest(): Buffer {
  const request = Buffer.alloc(12);
  request.writeInt32BE(8, 0);
  request.writeInt32BE(1, 4); // number of the request
  request.writeInt32BE(closeSession, 8);
  return request;
}

function readAnswer(socket: Socket, deadlineMs: number): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const timer = setTimeout(() => reject(new Error(`gave no session within ${deadlineMs} ms`)), deadlineMs);
  let answer = Buffer.alloc(0);
  const take = (chunk: Buffer): void => {
    answer = Buffer.concat([answer, chunk]);
    if (answer.length < answerBytes) return;
    socket.off('data', take);
    resolve(answer);
  };
  socket.on('data', take);
  socket.on('error', reject);
  socket.on('close', () => reject(new Error('closed the connection and gave no session')));
  return promise.finally(() => clearTimeout(timer));
}
