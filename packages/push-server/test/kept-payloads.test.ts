import { encodeFrame, FrameParser, traceContextOf, type MessageName } from '@longwire/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { waitFor } from '../../../test-support/backends.ts';
import { Channel } from '../src/channel/channel.ts';
import type { Effect } from '../src/channel/effects.ts';
import type { UpstreamHandler } from '../src/index.ts';
import { TestCluster } from './harness.ts';

const text = fc.stringMatching(/^[A-Za-z0-9]{1,40}$/);
const payload = fc.uint8Array({ maxLength: 300 });
const frame = fc.oneof(
  fc.tuple(fc.constant('publish' as const), fc.record({ messageId: text, kind: text, payload })),
  fc.tuple(fc.constant('send' as const), fc.record({ messageId: text, to: text, payload })),
  fc.tuple(fc.constant('refresh' as const), fc.record({ token: text })),
  fc.tuple(
    fc.constant('acknowledge' as const),
    fc.record({ deliveryIds: fc.array(fc.nat(), { maxLength: 5 }) }),
  ),
  fc.tuple(
    fc.constant('connect' as const),
    fc.record({ versionMin: fc.constant(1), versionMax: fc.constant(1), token: text, agent: text }),
  ),
);
const traceContext = fc.option(fc.constant(traceContextOf('ab'.repeat(16), 'cd'.repeat(8))));

it('what a frame asks for does not change when the next read overwrites its bytes', () => {
  fc.assert(
    fc.property(frame, traceContext, fc.nat(10), ([name, message], trace, before) => {
      const channel = new Channel(10);
      if (name !== 'connect') channel.state = 'connected';
      const effects: [Effect, Effect][] = [];
      const bytes = Buffer.concat([Buffer.alloc(before), encodeFrame(name as MessageName, message, trace)]);
      new FrameParser(4096).push(bytes.subarray(before), (each) => {
        const effect = channel.receive(each);
        effects.push([effect, structuredClone(effect)]);
        return true;
      });
      bytes.fill(0xff);
      expect(effects.length).toBe(1);
      for (const [effect, asItWas] of effects) expect(structuredClone(effect)).toEqual(asItWas);
    }),
  );
});

describe.each(['handle', 'socket'])('on transport %s', (transport) => {
  it("what one client sent is still its own when other clients' bytes have come", async () => {
    const kept: { clientId: string; payload: Uint8Array }[] = [];
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    const keep: UpstreamHandler = async ({ clientId, payload: bytes }) => {
      kept.push({ clientId, payload: bytes });
      await released;
      return { status: 'accepted' };
    };
    const cluster = await TestCluster.create();
    const server = await cluster.start('push-1', { transport }, { upstreamHandlers: { keep } });
    const names = ['alice', 'bobby', 'carol'];
    const clients = await Promise.all(names.map(async (name) => cluster.login(server, name)));
    for (let i = 0; i < 50; i++)
      for (const [at, client] of clients.entries()) {
        const filled = Buffer.alloc(200, names[at]!);
        client.send('publish', { messageId: `m${i}`, kind: 'keep', payload: filled });
        // Every message in a read of its own.
        await waitFor(() => kept.length === i * clients.length + at + 1);
      }
    for (const { clientId, payload: bytes } of kept)
      expect(Buffer.from(bytes).toString()).toBe(Buffer.alloc(200, clientId).toString());
    release();
    for (const client of clients) expect((await client.next('published')).messageId).toBe('m0');
    await cluster.stop();
  });
});
