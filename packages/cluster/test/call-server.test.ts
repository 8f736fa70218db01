import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { waitFor } from '../../../test-support/backends.ts';
import { CallCode, CallServer, callServerTimes } from '../src/index.ts';
import { CallFrameReader, encodeCallFrames, type CallFrame } from '../src/node-api/call-frames.ts';

const LONG_MS = 600_000;
const body = new Uint8Array(0);
const started: (Server | Socket)[] = [];
afterEach(() => {
  for (const each of started.splice(0))
    if ('close' in each) each.close();
    else each.destroy();
});

/** A caller of a server that knows `deliver` alone. It does not end its side by itself. */
async function openCaller(times: Partial<typeof callServerTimes>) {
  const calls = new CallServer({
    calls: { deliver: () => null },
    maxBodyBytes: 1000,
    statusOf: () => 500,
    onAnswered: () => undefined,
    times: { ...callServerTimes, ...times },
  });
  const server = createServer({ allowHalfOpen: true }, (socket) => calls.accept(socket, Buffer.alloc(0)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  started.push(server, socket);
  const answers: CallFrame[] = [];
  const reader = new CallFrameReader(1000);
  socket.on('data', (bytes: Buffer) => reader.push(bytes, (frame) => answers.push(frame)));
  return { calls, socket, answers };
}

describe('a connection that is served', () => {
  it('is ended when nothing has come for long: after a farewell, and what comes still is answered', async () => {
    const { socket, answers } = await openCaller({ idleTimeoutMs: 50, drainMs: LONG_MS });
    await waitFor(() => answers.length > 0);
    expect(answers[0]).toMatchObject({ number: 0, code: CallCode.farewell });
    socket.write(encodeCallFrames([{ number: 7, code: CallCode.deliver, body }]));
    socket.end();
    await waitFor(() => answers.some(({ number, code }) => number === 7 && code === 204));
    await waitFor(() => socket.closed);
  });

  it('is ended in any case some time after the farewell', async () => {
    const { calls, answers } = await openCaller({ idleTimeoutMs: LONG_MS, drainMs: 50 });
    await calls.drain();
    await waitFor(() => answers.length === 1);
    expect(answers[0]).toMatchObject({ number: 0, code: CallCode.farewell });
  });
});
