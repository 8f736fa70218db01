import { afterEach, beforeEach, expect, it } from 'vitest';
import { SendStatus, PublishStatus } from '@longwire/protocol';
import { TestCluster } from './harness.ts';

let cluster: TestCluster;
beforeEach(async () => {
  cluster = await TestCluster.create();
});
afterEach(() => cluster.stop());

it('carries a message between clients of one node and of two', async () => {
  const one = await cluster.start('push-1');
  const two = await cluster.start('push-2');
  const alice = await cluster.login(one, 'alice');
  const bob = await cluster.login(one, 'bob');
  const carol = await cluster.login(two, 'carol');
  for (const [to, client] of [
    ['bob', bob],
    ['carol', carol],
  ] as const) {
    alice.send('send', { messageId: `m-${to}`, to, payload: Buffer.from('hello') });
    const delivered = await client.next('deliver');
    expect([delivered.from, delivered.messageId, Buffer.from(delivered.payload).toString()]).toEqual([
      'alice',
      `m-${to}`,
      'hello',
    ]);
    expect((await alice.next('sent')).status).toBe(SendStatus.SEND_STATUS_DELIVERED);
  }
  alice.send('send', { messageId: 'm3', to: 'nobody', payload: Buffer.from('hello') });
  expect((await alice.next('sent')).status).toBe(SendStatus.SEND_STATUS_OFFLINE);
  alice.send('publish', { messageId: 'p1', kind: 'chat', payload: Buffer.from('up') });
  expect((await alice.next('published')).status).toBe(PublishStatus.PUBLISH_STATUS_ACCEPTED);
  await alice.pong();
  const alice2 = await cluster.login(two, 'alice');
  expect((await alice.next('close')).code).toBe(3001);
  bob.send('send', { messageId: 'm4', to: 'alice', payload: Buffer.from('x') });
  expect((await alice2.next('deliver')).messageId).toBe('m4');
  expect(await cluster.directory.count()).toBe(3);
});
