import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EmbeddedUpstreamLog, type UpstreamRecord } from '@longwire/cluster';
import { PublishStatus, traceContextOf } from '@longwire/protocol';
import { ConfigError } from '@longwire/service-kit';
import type { UpstreamHandler } from '../src/index.ts';
import { uniqueName, waitFor } from '../../../test-support/backends.ts';
import { metric, TestCluster } from './harness.ts';
import { UpstreamLink } from './links.ts';
import type { TestClient } from './test-client.ts';

let cluster: TestCluster;
let link: UpstreamLink;
beforeEach(async () => {
  link = new UpstreamLink();
  cluster = await TestCluster.create({ upstream: link.log });
});
afterEach(() => {
  link.publishes.open();
  return cluster.stop();
});

async function publish(
  client: TestClient,
  kind: string,
  messageId = 'm1',
): Promise<[keyof typeof PublishStatus, string]> {
  client.send('publish', { messageId, kind, payload: Buffer.from('data') });
  const answer = await client.next('published');
  expect(answer.messageId).toBe(messageId);
  return [PublishStatus[answer.status] as keyof typeof PublishStatus, answer.detail];
}

/** What the log has, in order. */
async function records(count: number): Promise<UpstreamRecord[]> {
  const found: UpstreamRecord[] = [];
  const consumer = await link.real.consume(uniqueName('group'), async (batch) => void found.push(...batch));
  await waitFor(() => found.length >= count);
  await consumer.stop();
  return found;
}

describe('a message without a handler of its kind', () => {
  it('is accepted only when the log has it, as it was sent', async () => {
    const server = await cluster.start('push-1');
    const alice = await cluster.login(server, 'alice');
    link.publishes.close();
    const sentAtMs = Date.now();
    const traceId = 'a1'.repeat(16);
    alice.send(
      'publish',
      { messageId: 'traced', kind: 'chat', payload: Buffer.from('data') },
      traceContextOf(traceId, 'b2'.repeat(8)),
    );
    alice.send('publish', { messageId: 'untraced', kind: 'chat' });
    await waitFor(() => link.publishes.held === 2);
    await alice.pong();
    expect(alice.frames).toEqual([]);
    link.publishes.open();
    for (const messageId of ['traced', 'untraced'])
      expect(await alice.next('published')).toMatchObject({ messageId, status: 0 });
    const [traced, untraced] = await records(2);
    const common = { clientId: 'alice', kind: 'chat', nodeId: 'push-1' };
    expect(traced).toMatchObject({ ...common, messageId: 'traced', traceId });
    expect(Buffer.from(traced!.payload).toString()).toBe('data');
    expect(traced!.receivedAtMs).toBeGreaterThanOrEqual(sentAtMs);
    expect(untraced).toMatchObject({
      ...common,
      messageId: 'untraced',
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    expect(untraced!.traceId).not.toBe('0'.repeat(32));
    expect(await metric(server, 'longwire_publishes_total', 'status="accepted"')).toBe(2);
  });

  it('is answered RETRY while the log is full', async () => {
    const full = new EmbeddedUpstreamLog({ maxRecords: 1 });
    const server = await cluster.start('push-1', {}, { upstream: full });
    const alice = await cluster.login(server, 'alice');
    expect(await publish(alice, 'chat')).toEqual(['PUBLISH_STATUS_ACCEPTED', '']);
    expect(await publish(alice, 'chat', 'm2')).toEqual([
      'PUBLISH_STATUS_RETRY',
      'the queue to the upstream log is full',
    ]);
    expect(await metric(server, 'longwire_publishes_total', 'status="retry"')).toBe(1);
    await full.close();
  });

  it('is answered REJECTED when it is larger than the log ever takes', async () => {
    const small = new EmbeddedUpstreamLog({ maxBytes: 401 });
    const server = await cluster.start('push-1', {}, { upstream: small });
    const alice = await cluster.login(server, 'alice');
    expect(await publish(alice, 'chat')).toEqual([
      'PUBLISH_STATUS_REJECTED',
      'the message is larger than the upstream log takes',
    ]);
    expect(await metric(server, 'longwire_publishes_total', 'status="rejected"')).toBe(1);
    await small.close();
  });

  it('is answered RETRY while the log is away, and accepted afterwards', async () => {
    const server = await cluster.start('push-1');
    const alice = await cluster.login(server, 'alice');
    link.isCut = true;
    expect(await publish(alice, 'chat')).toEqual([
      'PUBLISH_STATUS_RETRY',
      'the upstream log does not answer',
    ]);
    link.isCut = false;
    expect((await publish(alice, 'chat'))[0]).toBe('PUBLISH_STATUS_ACCEPTED');
    expect((await records(1)).map(({ messageId }) => messageId)).toEqual(['m1']);
  });

  it('is still published when its client has left', async () => {
    const server = await cluster.start('push-1');
    const alice = await cluster.login(server, 'alice');
    link.publishes.close();
    alice.send('publish', { messageId: 'last-words', kind: 'chat' });
    await waitFor(() => link.publishes.held === 1);
    alice.socket.destroy();
    await waitFor(async () => (await metric(server, 'longwire_connections')) === 0);
    link.publishes.open();
    expect((await records(1))[0]!.messageId).toBe('last-words');
  });
});

describe('a handler', () => {
  const handle = async (upstreamHandlers: Record<string, UpstreamHandler>) =>
    cluster.login(await cluster.start('push-1', {}, { upstreamHandlers }), 'alice');

  it('takes its kind alone, and answers as it likes', async () => {
    const alice = await handle({
      picky: async ({ payload, clientId }) => ({
        status: 'rejected',
        detail: `${payload.length} bytes of ${clientId}`,
      }),
      busy: async () => ({ status: 'retry', detail: 'in an hour' }),
      done: async () => ({ status: 'accepted' }),
      changed: async (message, next) => next({ ...message, kind: 'other' }),
    });
    expect(await publish(alice, 'picky')).toEqual(['PUBLISH_STATUS_REJECTED', '4 bytes of alice']);
    expect(await publish(alice, 'busy')).toEqual(['PUBLISH_STATUS_RETRY', 'in an hour']);
    expect(await publish(alice, 'done')).toEqual(['PUBLISH_STATUS_ACCEPTED', '']);
    expect(await publish(alice, 'changed', 'm2')).toEqual(['PUBLISH_STATUS_ACCEPTED', '']);
    expect(await publish(alice, 'plain', 'm3')).toEqual(['PUBLISH_STATUS_ACCEPTED', '']);
    expect((await records(2)).map(({ messageId, kind }) => `${messageId} ${kind}`)).toEqual([
      'm2 other',
      'm3 plain',
    ]);
  });

  it.each([
    ['throws', () => Promise.reject(new Error('out of order'))],
    [
      'throws before it answers a promise',
      () => {
        throw new Error('out of order');
      },
    ],
    ['answers nothing', async () => undefined],
    ['answers a word', async () => 'accepted'],
    ['answers a status that does not exist', async () => ({ status: 'maybe' })],
    ['refuses without a detail', async () => ({ status: 'rejected' })],
  ])('that %s is RETRY for the client, and an error in the log', async (_, handler) => {
    const alice = await handle({ broken: handler as unknown as UpstreamHandler });
    expect(await publish(alice, 'broken')).toEqual([
      'PUBLISH_STATUS_RETRY',
      'the handler of this kind failed',
    ]);
    const line = cluster.log.find((each) => each.includes('an upstream handler failed'));
    expect(JSON.parse(line!)).toMatchObject({ level: 'error', kind: 'broken', traceId: expect.any(String) });
    await alice.pong();
  });

  it('of an invalid kind is refused', async () => {
    await expect(
      cluster.start('push-1', {}, { upstreamHandlers: { 'a/b': async () => ({ status: 'accepted' }) } }),
    ).rejects.toThrow(/the kind "a\/b" is not 1 to 64 of/);
  });
});

describe('push.handlerModules', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longwire-handlers-'));
  });
  afterEach(() => rm(folder, { recursive: true }));
  const write = async (name: string, source: string) => {
    await writeFile(join(folder, name), source);
    return join(folder, name);
  };

  it('bring handlers', async () => {
    const chat = await write(
      'chat.mjs',
      `export const upstreamHandlers = { chat: async ({ payload }) => ({ status: 'rejected', detail: String(payload.length) }) };`,
    );
    const alice = await cluster.login(
      await cluster.start('push-1', { handlerModules: JSON.stringify([chat]) }),
      'alice',
    );
    expect(await publish(alice, 'chat')).toEqual(['PUBLISH_STATUS_REJECTED', '4']);
  });

  it.each([
    ['does not exist', null, /Cannot find module|ENOENT|Failed to load/],
    ['exports something else', 'export const handlers = {};', /exports no object upstreamHandlers/],
    ['exports nothing useful', 'export const upstreamHandlers = null;', /exports no object upstreamHandlers/],
    ['has a bad kind', 'export const upstreamHandlers = { "a b": async () => {} };', /the kind "a b" is not/],
    [
      'has no function',
      'export const upstreamHandlers = { chat: true };',
      /the handler of chat is not a function/,
    ],
    ['throws', 'throw new Error("no licence");', /no licence/],
  ])('are refused by name when one %s', async (_, source, given) => {
    const good = await write('good.mjs', 'export const upstreamHandlers = {};');
    const bad = source === null ? join(folder, 'bad.mjs') : await write('bad.mjs', source);
    const starting = cluster.start('push-1', { handlerModules: JSON.stringify([good, bad]) });
    const error = (await starting.catch((reason: unknown) => reason)) as ConfigError;
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toContain('push.handlerModules');
    expect(error.message).toContain(bad);
    expect(error.message).toMatch(given);
  });

  it('are refused when two take the same kind', async () => {
    const source = `export const upstreamHandlers = { chat: async () => ({ status: 'accepted' }) };`;
    const modules = [await write('one.mjs', source), await write('two.mjs', source)];
    const starting = cluster.start('push-1', { handlerModules: JSON.stringify(modules) });
    await expect(starting).rejects.toThrow(
      /two\.mjs[^]*chat has a handler already|chat has a handler already[^]*two\.mjs/,
    );
  });
});
