import { expect, test } from 'vitest';
import { conversations } from '../../protocol/test/support/conversations.ts';
import type { PlainMessage } from '../../protocol/test/support/vectors.ts';
import { LongwireClient, MessageRejected } from '../src/index.ts';
import { converseWithAll, type ClientUnderTest } from './conversations/client-runner.ts';

function start(authUrl: string): ClientUnderTest {
  const client = new LongwireClient({
    authUrl,
    clientId: 'alice',
    clientSecret: 'secret',
    backoffBaseMs: 20,
    backoffMaxMs: 200,
  });
  const received: PlainMessage[] = [];
  const answered = new Map<string, string>();
  let isStopped = false;
  client.on('message', ({ messageId, from, payload }) => {
    const sender = from === null ? {} : { from };
    received.push({
      message_id: messageId,
      ...sender,
      ...(payload.length > 0 ? { payload: payload.toString('hex') } : {}),
    });
  });
  client.on('state', (state) => (isStopped ||= state === 'stopped'));
  client.connect().catch(() => undefined);
  return {
    received,
    answered,
    get isStopped() {
      return isStopped;
    },
    do(what, message) {
      if (what === 'close') return void client.close();
      const { message_id: messageId, payload = '', to, kind } = message as Record<string, string>;
      const bytes = Buffer.from(payload, 'hex');
      const answer =
        what === 'publish'
          ? client.publish(kind!, bytes, { messageId: messageId! })
          : client.send(to!, bytes, { messageId: messageId! });
      answer.then(
        ({ status }) => answered.set(messageId!, status.toUpperCase().replace('-', '_')),
        (error) => answered.set(messageId!, error instanceof MessageRejected ? 'REJECTED' : String(error)),
      );
    },
    end: () => client.close(),
  };
}

test.each([...conversations('client')])('the SDK holds the conversations of %s', async (_, cases) => {
  expect(await converseWithAll(cases, start)).toEqual([]);
});
