import { FrameType } from '@longwire/protocol';
import { expect, it } from 'vitest';
import { Channel } from '../src/channel/channel.ts';
import { FrameRates } from '../src/channel/frame-rates.ts';

const rates = new FrameRates({ messagesPerSecond: 10, framesPerSecond: 50 });

/** How many of these frames are taken in this second. */
function taken(channel: Channel, type: FrameType, second: number, tries = 1000): number {
  for (let count = 0; count < tries; count++)
    if (rates.take(channel, type, second * 1000) !== null) return count;
  return tries;
}

it('takes two seconds of messages at once, then as many a second as are allowed', () => {
  for (const type of [FrameType.publish, FrameType.send]) {
    const channel = new Channel(1);
    expect(taken(channel, type, 0)).toBe(20);
    expect(rates.take(channel, type, 0)).toBe('at most 10 messages a second are taken');
  }
  const steady = new Channel(1);
  for (let second = 0; second < 1000; second++) expect(taken(steady, FrameType.publish, second, 10)).toBe(10);
  expect(taken(steady, FrameType.publish, 1001)).toBe(20);
});

it('fills evenly: who sends evenly at the rate is never refused, however little is left', () => {
  const channel = new Channel(1);
  expect(taken(channel, FrameType.publish, 0)).toBe(20);
  channel.messagesLeft = 0;
  for (let nowMs = 100; nowMs < 100_000; nowMs += 100)
    expect(rates.take(channel, FrameType.publish, nowMs + 99 * ((nowMs / 100) % 2))).toBeNull();
});

it('takes two seconds of frames of any kind at once', () => {
  const channel = new Channel(1);
  expect(taken(channel, FrameType.ping, 7)).toBe(100);
  expect(rates.take(channel, FrameType.ping, 7000)).toBe('at most 50 frames a second are taken');
});

it('counts no acknowledgement that is awaited, and each number that is not', () => {
  const channel = new Channel(1);
  for (let i = 0; i < 10_000; i++) {
    expect(rates.take(channel, FrameType.acknowledge, 3000)).toBeNull();
    rates.acknowledged(channel, 1, 0);
  }
  rates.acknowledged(channel, 0, 60);
  expect(taken(channel, FrameType.ping, 3)).toBe(40);
});

it('counts a REFRESH as a tenth of the frames of a second', () => {
  const channel = new Channel(1);
  expect(taken(channel, FrameType.refresh, 1, 20)).toBe(20);
  expect(taken(channel, FrameType.refresh, 2)).toBe(10);
  // A server that takes a frame or two a second takes a REFRESH, too.
  const slow = new FrameRates({ messagesPerSecond: 1, framesPerSecond: 1 });
  const patient = new Channel(1);
  for (let second = 0; second < 10; second++)
    expect(slow.take(patient, FrameType.refresh, second * 1000)).toBeNull();
});
