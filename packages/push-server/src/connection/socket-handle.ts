import type { Socket } from 'node:net';

/** What Node keeps for itself of a socket. Its own socket timeouts look at the same. */
export interface SocketHandle {
  /** The file descriptor; negative once it is closed. */
  readonly fd: number;
  /** Bytes that it was given to write. */
  readonly bytesWritten: number;
  /** Those of them that the system has not taken. */
  readonly writeQueueSize: number;
  getpeername(answer: { address?: string }): number;
}

/** Null once the socket is closed. For TLS the handle below it: what was encrypted tells nothing of what has left. */
export function handleOf(socket: Socket): SocketHandle | null {
  const handle = Reflect.get(socket, '_handle') as SocketHandle | null | undefined;
  if (!handle) return null;
  return (Reflect.get(handle, '_parent') as SocketHandle | undefined) ?? handle;
}

/** Where the other end is; empty when it has gone. `socket.remoteAddress` keeps its answer as long as the socket lives: 75 bytes. */
export function remoteAddressOf(socket: Socket): string {
  const answer: { address?: string } = {};
  handleOf(socket)?.getpeername(answer);
  return answer.address ?? '';
}
