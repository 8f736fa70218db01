import type { Member, NodeLease } from '@longwire/cluster';
import { describe, expect, it } from 'vitest';
import { mergeNodes } from '../src/nodes/node-list.ts';

const member = (nodeId: string, boot: string): Member => ({
  nodeId,
  boot,
  addresses: { api: 'http://127.0.0.1:1', tcp: '127.0.0.1:2' },
  weight: 1,
  state: 'active',
  version: '0.1.0',
});
const lease = (nodeId: string, boot: string, updatedAtMs = 1000): NodeLease => ({
  nodeId,
  boot,
  sessions: 5,
  memoryBytes: 100,
  eventLoopDelayMs: 1.5,
  updatedAtMs,
  apiUrl: 'http://127.0.0.1:1',
  loadFactor: 1,
});

describe('the list of nodes', () => {
  it('joins what a node registered with what it reports', () => {
    expect(mergeNodes([member('a', '1')], [lease('a', '1')], 1250)).toEqual([
      {
        ...member('a', '1'),
        presence: 'full',
        sessions: 5,
        memoryBytes: 100,
        eventLoopDelayMs: 1.5,
        leaseAgeMs: 250,
      },
    ]);
  });

  it('shows who is registered and silent, and who reports and is not registered', () => {
    const nodes = mergeNodes([member('b', '1'), member('c', '2')], [lease('a', '1'), lease('c', '1')], 1000);
    expect(
      nodes.map(({ nodeId, boot, presence, weight, sessions }) => [nodeId, boot, presence, weight, sessions]),
    ).toEqual([
      ['a', '1', 'lease-only', null, 5],
      ['b', '1', 'member-only', 1, null],
      ['c', '1', 'lease-only', null, 5],
      ['c', '2', 'member-only', 1, null],
    ]);
  });

  it('gives no lease an age below zero', () => {
    expect(mergeNodes([], [lease('a', '1', 9000)], 1000)[0]?.leaseAgeMs).toBe(0);
  });
});
