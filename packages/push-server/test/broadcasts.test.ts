import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DeliveryOutcome } from '@longwire/cluster';
import { LocalDeliveries } from '../src/delivery/local-deliveries.ts';
import { SessionRegistry } from '../src/session/session-registry.ts';
import { Session } from '../src/session/session.ts';

const { delivered, nodeQueueFull, queueFull, tooLarge } = DeliveryOutcome;
const limits = { maxFrameBytes: 65_536, maxQueuedBytes: 1_048_576, maxUnacknowledged: 100 };
const live = { acknowledge: false, deadlineMs: 0 };

const turn = () => new Promise(setImmediate);

/** A connection that takes all that is written, as far as these tests look at it. */
class Taker {
  readonly isOpen = true;
  queuedBytes = 0;
  readonly written: Buffer[] = [];
  write(frame: Uint8Array): void {
    this.written.push(Buffer.from(frame));
  }
}

let registry: SessionRegistry;
let local: LocalDeliveries;
beforeEach(() => {
  registry = new SessionRegistry();
  local = new LocalDeliveries(registry, limits);
});
afterEach(() => local.close());

function signIn(clientId: string): { taker: Taker; session: Session } {
  const taker = new Taker();
  const session = new Session(clientId, taker as never, null as never, 0);
  registry.addClaiming(session);
  registry.promote(session);
  return { taker, session };
}

const message = (name: string, bytes = 10) => ({ messageId: name, payload: Buffer.alloc(bytes) });

function namesIn(writes: readonly Buffer[]): string[] {
  return [
    ...Buffer.concat(writes)
      .toString('latin1')
      .matchAll(/news-\d+/g),
  ].map(([name]) => name);
}

describe('messages to everyone', () => {
  it('join those that go round, each with its own outcomes, in order, and to each client once', async () => {
    const takers = Array.from({ length: 600 }, (_, i) => signIn(`client-${i}`).taker);
    const counts = [local.broadcast(message('news-0'), live), local.broadcast(message('news-1'), live)];
    await turn();
    for (let i = 2; i < 20; i++) counts.push(local.broadcast(message(`news-${i}`), live));
    for (const each of await Promise.all(counts)) expect(each).toEqual([0, 600]);
    const names = Array.from({ length: 20 }, (_, i) => `news-${i}`);
    for (const { written } of takers) expect(namesIn(written)).toEqual(names);
    // Those who had the first two before the others came; all of the rest got everything at once.
    expect(takers.map(({ written }) => written.length)).toEqual(takers.map((_, i) => (i < 256 ? 2 : 1)));
  });

  it('that are joined are acknowledged one by one', async () => {
    const { session } = signIn('alice');
    const options = { acknowledge: true, deadlineMs: 60_000 };
    const counts = [0, 1, 2].map((i) => local.broadcast(message(`news-${i}`), options));
    await turn();
    const ids = [...session.unacknowledged!.keys()];
    expect(ids).toHaveLength(3);
    for (const id of ids) expect(local.acknowledge(session, id)).toBe(true);
    expect(await Promise.all(counts)).toEqual([
      [0, 1],
      [0, 1],
      [0, 1],
    ]);
  });

  it('go to a client as far as it has room, where it has none for all of them', async () => {
    const { taker } = signIn('slow');
    const { taker: other } = signIn('quick');
    taker.queuedBytes = limits.maxQueuedBytes - 3000;
    const counts = [10, 10, 10_000, 10].map((bytes, i) => local.broadcast(message(`news-${i}`, bytes), live));
    expect((await Promise.all(counts)).map((each) => each[queueFull] ?? 0)).toEqual([0, 0, 1, 0]);
    expect(namesIn(taker.written)).toEqual(['news-0', 'news-1', 'news-3']);
    expect(namesIn(other.written)).toEqual(['news-0', 'news-1', 'news-2', 'news-3']);
    expect(other.written).toHaveLength(1);
  });

  it('are not joined beyond 64 KiB, and one that is too large for a frame goes to nobody', async () => {
    const { taker } = signIn('alice');
    const counts = [10, 40_000, 40_000, 70_000].map((bytes, i) =>
      local.broadcast(message(`news-${i}`, bytes), live),
    );
    expect((await Promise.all(counts)).map((each) => each.findIndex((count) => count > 0))).toEqual([
      delivered,
      delivered,
      delivered,
      tooLarge,
    ]);
    expect(namesIn(taker.written)).toEqual(['news-0', 'news-1', 'news-2']);
    expect(taker.written).toHaveLength(2);
  });

  it('that find no room to wait are refused, and those before them arrive', async () => {
    const { taker } = signIn('alice');
    const counts = await Promise.all(
      Array.from({ length: 1001 }, (_, i) => local.broadcast(message(`news-${i}`), live)),
    );
    expect(counts.slice(0, 1000).every((each) => each[delivered] === 1)).toBe(true);
    expect(counts[1000]![nodeQueueFull]).toBe(1);
    expect(namesIn(taker.written)).toHaveLength(1000);
  });
});
