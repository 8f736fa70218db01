/** Bad business code for a push-server: messages of the kind `block` hold up the whole process. */
interface Message {
  readonly payload: Uint8Array;
}

type Handler = (
  message: Message,
  next: (message: Message) => Promise<{ status: string }>,
) => Promise<{ status: string }>;

const BLOCK_MS = 2000;

export const upstreamHandlers: Record<string, Handler> = {
  async block() {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BLOCK_MS);
    return { status: 'accepted' };
  },
};
