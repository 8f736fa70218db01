import { expect, test } from 'vitest';
import { SendStatus, closeCodes } from '@longwire/protocol';
import type { ReceivedMessage } from '../src/index.ts';
import { TestScene } from './test-scene.ts';

const scene = TestScene.use();

test('a redirect: leaves after the delay, for the first address that works', async () => {
  const unreachable = await scene.goneAddress();
  const { client, peer } = await scene.connectedClient();
  const target = await scene.newNode();
  const redirectedAt = performance.now();
  peer.send('redirect', { addresses: [unreachable, target.address], delayMs: 200 });
  await peer.closed;
  expect(performance.now() - redirectedAt).toBeGreaterThanOrEqual(195);
  const next = await target.loggedIn();
  expect(scene.auth.requests).toHaveLength(1);
  const sending = client.send('bob', 'x');
  const { messageId } = await next.expect('send');
  next.send('sent', { messageId, status: SendStatus.SEND_STATUS_DELIVERED });
  expect(await sending).toEqual({ status: 'delivered' });
});

test('a redirect without addresses: asks the auth-service', async () => {
  const { peer } = await scene.connectedClient();
  peer.send('redirect', { addresses: [], delayMs: 0 });
  expect(await (await scene.node.peer()).login()).toMatchObject({ token: 'token-2' });
});

test('a later redirect takes the place of an earlier one, whose node is not gone to', async () => {
  const { client, peer } = await scene.connectedClient();
  const [earlier, later] = [await scene.newNode(), await scene.newNode()];
  const redirectedAt = performance.now();
  peer.send('redirect', { addresses: [earlier.address], delayMs: 300 });
  peer.send('redirect', { addresses: [later.address], delayMs: 600 });
  const next = await later.loggedIn();
  expect(performance.now() - redirectedAt).toBeGreaterThanOrEqual(595);
  await peer.closed;
  const publishing = client.publish('k', 'x');
  next.send('published', { messageId: (await next.expect('publish')).messageId });
  await publishing;
  expect([earlier.accepted, later.accepted]).toEqual([0, 1]);
});

test('until the delay of a redirect is over all goes on, and what is unanswered then is sent again under its id', async () => {
  const { client, peer } = await scene.connectedClient();
  const target = await scene.newNode();
  const messages: ReceivedMessage[] = [];
  client.on('message', (message) => messages.push(message));
  const [answered, unanswered] = [client.publish('k', 'one'), client.send('bob', 'two')];
  const [publish, send] = [await peer.expect('publish'), await peer.expect('send')];
  peer.send('redirect', { addresses: [target.address], delayMs: 300 });
  peer.send('published', { messageId: publish.messageId });
  expect(await answered).toEqual({ status: 'accepted' });
  peer.send('deliver', { deliveryId: 7, messageId: 'm', from: 'bob', payload: Buffer.from('x') });
  expect(await peer.expect('acknowledge')).toEqual({ deliveryIds: [7] });
  const late = client.publish('k', 'three');
  const { messageId: lateId } = await peer.expect('publish');
  await peer.closed;
  const next = await target.loggedIn();
  const [again, lateAgain] = [await next.expect('send'), await next.expect('publish')];
  expect([again.messageId, lateAgain.messageId]).toEqual([send.messageId, lateId]);
  next.send('sent', { messageId: again.messageId, status: SendStatus.SEND_STATUS_DELIVERED });
  next.send('published', { messageId: lateId });
  expect(await unanswered).toEqual({ status: 'delivered' });
  expect(await late).toEqual({ status: 'accepted' });
  // What the old node did not get to know is delivered again, and kept from the application.
  next.send('deliver', { deliveryId: 1, messageId: 'm', from: 'bob', payload: Buffer.from('x') });
  expect(await next.expect('acknowledge')).toEqual({ deliveryIds: [1] });
  expect(messages).toHaveLength(1);
});

test('a node that closes a client before it has gone sends it to sign in, and the redirect is over', async () => {
  const { peer } = await scene.connectedClient();
  const target = await scene.newNode();
  peer.send('redirect', { addresses: [target.address], delayMs: 60_000 });
  peer.send('close', { code: closeCodes.goElsewhere.code });
  expect(await (await scene.node.peer()).login()).toMatchObject({ token: 'token-2' });
  expect(target.accepted).toBe(0);
});
