import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { encodeFrame, framePayloadBytes } from '@longwire/protocol';
import { MessageTimeout, OutboxFull } from '../src/errors.ts';
import { Outbox, type OutboxLimits } from '../src/outbox.ts';
import { Pace } from '../src/pace.ts';

const roomy: OutboxLimits = {
  maxOutboxMessages: 1000,
  maxOutboxBytes: 1_000_000,
  backoffBaseMs: 5,
  backoffMaxMs: 20,
};

/** An outbox whose frames are their ids, and what it wrote. */
function newOutbox(limits: Partial<OutboxLimits> = {}, maxInFlight = 100) {
  const written: string[] = [];
  const pump = (): void =>
    outbox.pump(maxInFlight, (frame) => {
      written.push(Buffer.from(frame).toString());
      return true;
    });
  const outbox = new Outbox({ ...roomy, ...limits }, pump);
  const add = (messageId: string, lane = 'lane', timeoutMs = 30_000): Promise<string> =>
    outbox.add({ messageId, lane, frame: Buffer.from(messageId), timeoutMs });
  return { outbox, written, pump, add };
}

describe('bounds', () => {
  test('by count', async () => {
    const { add, outbox } = newOutbox({ maxOutboxMessages: 1 });
    const first = add('a');
    await expect(add('b')).rejects.toBeInstanceOf(OutboxFull);
    outbox.settle('a', 'accepted');
    expect(await first).toBe('accepted');
    void add('c').catch(() => {});
    expect(outbox.messages).toBe(1);
    outbox.failAll(new Error('over'));
  });

  test('by bytes', async () => {
    const { add, outbox } = newOutbox({ maxOutboxBytes: 10 });
    void add('12345678').catch(() => {});
    await expect(add('abc')).rejects.toBeInstanceOf(OutboxFull);
    expect(outbox.bytes).toBe(8);
    outbox.failAll(new Error('over'));
    expect(outbox.bytes).toBe(0);
  });

  test('by time: each message leaves at its own deadline', async () => {
    const { add, outbox } = newOutbox();
    const late = add('late', 'lane', 40);
    const soon = add('soon', 'lane', 10);
    const order: string[] = [];
    await Promise.all([
      expect(late.finally(() => order.push('late'))).rejects.toBeInstanceOf(MessageTimeout),
      expect(soon.finally(() => order.push('soon'))).rejects.toBeInstanceOf(MessageTimeout),
    ]);
    expect(order).toEqual(['soon', 'late']);
    expect(outbox.messages).toBe(0);
  });
});

describe('order', () => {
  test('whatever is answered, cut and added in between: every connection gets the rest in the old order', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('add' as const) }),
      fc.record({ do: fc.constant('settle' as const), nth: fc.nat(5) }),
      fc.record({ do: fc.constant('disconnect' as const) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 5 }), (steps, maxInFlight) => {
        const { outbox, written, pump, add } = newOutbox({}, maxInFlight);
        const open: string[] = [];
        let added = 0;
        let sinceConnect = 0;
        for (const each of steps) {
          if (each.do === 'add') {
            open.push(`${added}`);
            add(`${added++}`).catch(() => {});
          } else if (each.do === 'disconnect') {
            outbox.disconnected();
            sinceConnect = written.length;
          } else {
            const inFlight = open.filter((id) => written.slice(sinceConnect).includes(id));
            const id = inFlight[each.nth % Math.max(1, inFlight.length)];
            if (id !== undefined) {
              outbox.settle(id, 'accepted');
              open.splice(open.indexOf(id), 1);
            }
          }
          pump();
          const thisConnection = written.slice(sinceConnect).map(Number);
          expect(thisConnection).toEqual([...new Set(thisConnection)].toSorted((a, b) => a - b));
          const unanswered = open.filter((id) => thisConnection.includes(Number(id)));
          expect(unanswered).toHaveLength(Math.min(maxInFlight, open.length));
        }
        outbox.failAll(new Error('over'));
      }),
    );
  });

  test('a message that must wait holds up its own lane alone', async () => {
    const { outbox, written, pump, add } = newOutbox({}, 1);
    const all = [add('a1', 'a'), add('a2', 'a'), add('b1', 'b')];
    pump();
    outbox.retry('a1');
    pump();
    expect(written).toEqual(['a1', 'b1']);
    outbox.settle('b1', 'accepted');
    await vi.waitFor(() => expect(written).toEqual(['a1', 'b1', 'a1']), { timeout: 30_000 });
    outbox.settle('a1', 'accepted');
    pump();
    expect(written).toEqual(['a1', 'b1', 'a1', 'a2']);
    outbox.settle('a2', 'accepted');
    await Promise.all(all);
  });

  test('while a lane retries, one message at a time is tried, the oldest first', async () => {
    const { outbox, written, pump, add } = newOutbox();
    const all = ['1', '2', '3'].map((id) => add(id));
    pump();
    for (const id of ['1', '2', '3']) outbox.retry(id);
    await vi.waitFor(() => expect(written).toEqual(['1', '2', '3', '1']), { timeout: 30_000 });
    outbox.retry('1');
    await vi.waitFor(() => expect(written.slice(4)).toEqual(['1']), { timeout: 30_000 });
    outbox.settle('1', 'accepted');
    pump();
    expect(written.slice(5)).toEqual(['2', '3']);
    outbox.settle('2', 'accepted');
    outbox.settle('3', 'accepted');
    await Promise.all(all);
  });

  test('a lane is free again when the message that was tried has run out of time', async () => {
    const { outbox, written, pump, add } = newOutbox();
    const first = add('1', 'lane', 100);
    pump();
    outbox.retry('1');
    const second = add('2');
    await expect(first).rejects.toBeInstanceOf(MessageTimeout);
    await vi.waitFor(() => expect(written).toContain('2'), { timeout: 30_000 });
    outbox.settle('2', 'accepted');
    await second;
  });

  test('stops when the socket is full and goes on later', () => {
    const { outbox, add } = newOutbox();
    for (const id of ['1', '2', '3']) void add(id).catch(() => {});
    const written: string[] = [];
    const full = (frame: Uint8Array): boolean => {
      written.push(Buffer.from(frame).toString());
      return false;
    };
    outbox.pump(100, full);
    expect(written).toEqual(['1']);
    outbox.pump(100, full);
    expect(written).toEqual(['1', '2']);
    outbox.failAll(new Error('over'));
  });
});

describe('pace', () => {
  test('keeps below what the server takes in any second, and uses most of it', () => {
    for (const perSecond of [1, 3, 50, 1000, 100_000]) {
      const pace = new Pace();
      pace.begin(perSecond, 0);
      const sentAtMs: number[] = [];
      for (let nowMs = 0; nowMs < 10_000; nowMs += 10)
        while (pace.waitMs(nowMs) === 0 && sentAtMs.length < 10 * perSecond) {
          pace.take();
          sentAtMs.push(nowMs);
        }
      for (let fromMs = 0; fromMs < 10_000; fromMs += 250) {
        const sent = sentAtMs.filter((atMs) => atMs >= fromMs && atMs < fromMs + 1000).length;
        expect(sent).toBeLessThanOrEqual(Math.max(2, perSecond * 1.25));
      }
      expect(sentAtMs.length).toBeGreaterThanOrEqual(Math.floor(perSecond * 9));
    }
  });

  test('sends what had to wait, in order, has no timer when nothing waits, and begins anew on a new connection', async () => {
    const { outbox, written, pump, add } = newOutbox();
    outbox.connected(8);
    const all = ['1', '2', '3', '4'].map((id) => add(id));
    pump();
    pump();
    expect(written).toEqual(['1', '2']);
    await vi.waitFor(() => expect(written).toEqual(['1', '2', '3', '4']), { timeout: 30_000 });
    outbox.disconnected();
    outbox.connected(0);
    pump();
    expect(written.slice(4)).toEqual(['1', '2', '3', '4']);
    for (const id of ['1', '2', '3', '4']) outbox.settle(id, 'accepted');
    await Promise.all(all);
  });
});

test('the payload of a frame is measured without its header', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 70_000 }), (size) => {
      const deliveryIds = Array.from({ length: size % 300 }, () => 1);
      const header = (payload: number): number => (payload < 128 ? 2 : payload < 16_384 ? 3 : 4);
      for (const frame of [
        encodeFrame('acknowledge', { deliveryIds }),
        encodeFrame('close', { reason: 'x'.repeat(size) }),
      ]) {
        const payload = framePayloadBytes(frame);
        expect(payload + header(payload)).toBe(frame.length);
      }
    }),
  );
});
