import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort, waitFor } from '../../../test-support/backends.ts';
import { callBounds, CallCode, CallConnection, CallFailed } from '../src/index.ts';
import { encodeCallFrames, FAREWELL } from '../src/node-api/call-frames.ts';
import { PoolClass } from '../src/node-api/undici-parts.ts';
import { CallsNode, type ReceivedCall } from './calls-node.ts';

const LONG_MS = 600_000;
const body = new Uint8Array(0);

let node: CallsNode;
let api: string;
let pool: InstanceType<typeof PoolClass>;
let ended: CallConnection[];
let opened: CallConnection[];
beforeEach(async () => {
  [ended, opened] = [[], []];
  node = new CallsNode();
  api = await node.start();
  pool = new PoolClass(api, { connections: 1 });
});
afterEach(async () => {
  for (const connection of opened) connection.destroy(new CallFailed('lost', 'the test is over'));
  await pool.destroy();
  node.stop();
});

function open(bounds: Partial<typeof callBounds> = {}, to = pool): CallConnection {
  const connection = new CallConnection({}, (gone) => ended.push(gone), { ...callBounds, ...bounds });
  opened.push(connection);
  connection.open(to);
  return connection;
}

/** Why the call failed. */
async function reasonOf(call: Promise<Uint8Array>): Promise<string> {
  const error = await call.then(
    () => null,
    (failure: unknown) => failure,
  );
  expect(error).toBeInstanceOf(CallFailed);
  return (error as CallFailed).reason;
}

const call = (connection: CallConnection, bytes = body, deadlineMs = LONG_MS): Promise<Uint8Array> =>
  connection.call(CallCode.deliver, bytes, deadlineMs);

describe('a connection for calls', () => {
  it('has so many calls in flight at most, and takes another when one is answered', async () => {
    const connection = open({ maxCalls: 2 });
    const [first, second] = [call(connection), call(connection)];
    expect(await reasonOf(call(connection))).toBe('unsent');
    await waitFor(() => node.calls.length === 2);
    node.calls[0]!.answer(200);
    await first;
    const third = call(connection);
    await waitFor(() => node.calls.length === 3);
    for (const { answer } of node.calls.slice(1)) answer(200);
    await Promise.all([second, third]);
  });

  it('ends at an answer that is longer than may be', async () => {
    const connection = open({ maxAnswerBytes: 100 });
    node.onCall = ({ answer, number }) => answer(200, new Uint8Array(number === 1 ? 100 : 101));
    expect(await call(connection)).toHaveLength(100);
    expect(await reasonOf(call(connection))).toBe('unreadable');
    expect(ended).toEqual([connection]);
  });

  it('takes no more calls while the node does not take so many bytes', async () => {
    const connection = open({ maxUnwrittenBytes: 100_000 });
    node.onCall = ({ socket }) => void socket.pause();
    const refused: string[] = [];
    const sent: Promise<unknown>[] = [];
    // What the system holds for a socket that is not read has a bound, too.
    while (refused.length === 0 && sent.length < 1000) {
      const outcome = call(connection, new Uint8Array(1_000_000));
      sent.push(outcome.catch((error: Error) => refused.push(error.message)));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(refused[0]).toContain('the node does not read');
    connection.destroy(new CallFailed('lost', 'enough'));
    await Promise.all(sent);
  });

  it('that is not closed is destroyed some time after it took its last call', async () => {
    const connection = open({ retiredMs: 50 });
    const last = call(connection);
    await waitFor(() => node.calls.length === 1);
    node.calls[0]!.socket.write(encodeCallFrames([FAREWELL]));
    expect(await reasonOf(last)).toBe('lost');
    expect([connection.isReplaceable, ended]).toEqual([true, [connection]]);
    expect(await reasonOf(call(connection))).toBe('unsent');
  });

  it('says whether what was on its way had left', async () => {
    const connection = open();
    const first = call(connection);
    await waitFor(() => node.calls.length === 1);
    const second = call(connection);
    connection.destroy(new CallFailed('lost', 'cut'));
    expect([await reasonOf(first), await reasonOf(second)]).toEqual(['lost', 'unsent']);
    expect(connection.isReplaceable).toBe(true);
  });

  it('that could not be made refuses calls at once for a while, and is then replaceable', async () => {
    const nowhere = new PoolClass(`http://127.0.0.1:${await freePort()}`, { connections: 1 });
    try {
      const connection = open({ longestPauseMs: LONG_MS }, nowhere);
      expect(await reasonOf(call(connection))).toBe('unsent');
      expect(connection.isReplaceable).toBe(false);
      expect(await reasonOf(call(connection))).toBe('unsent');
      const soon = open({ longestPauseMs: 20 }, nowhere);
      expect(await reasonOf(call(soon))).toBe('unsent');
      await waitFor(() => soon.isReplaceable);
    } finally {
      await nowhere.destroy();
    }
  });

  it('of a closed pool refuses calls at once', async () => {
    await pool.destroy();
    const connection = open();
    expect(await reasonOf(call(connection))).toBe('unsent');
    expect(ended).toEqual([connection]);
  });

  it('outlasts a call without an answer if another was answered since it was sent', async () => {
    const connection = open();
    const first = call(connection);
    await waitFor(() => node.calls.length === 1);
    const slow = reasonOf(call(connection, body, 300));
    await waitFor(() => node.calls.length === 2);
    const [{ answer: answerFirst }, { answer: answerSlow }] = node.calls as [ReceivedCall, ReceivedCall];
    answerFirst(200);
    await first;
    expect(await slow).toBe('deadline');
    // Too late, and ignored.
    answerSlow(200);
    node.onCall = ({ answer }) => answer(204);
    await call(connection);
    expect([node.connections, ended]).toEqual([1, []]);

    node.onCall = () => undefined;
    expect(await reasonOf(call(connection, body, 50))).toBe('deadline');
    expect(ended).toEqual([connection]);
  });
});
