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

const noWeights = new Map<string, number>();

describe('the list of nodes', () => {
  it('joins what a node registered with what it reports', () => {
    expect(mergeNodes([member('a', '1')], [lease('a', '1')], noWeights, 1250)).toEqual([
      {
        ...member('a', '1'),
        ownWeight: 1,
        operatorWeight: null,
        loadFactor: 1,
        share: 1,
        presence: 'full',
        sessions: 5,
        memoryBytes: 100,
        eventLoopDelayMs: 1.5,
        leaseAgeMs: 250,
      },
    ]);
  });

  it('shows who is registered and silent, and who reports and is not registered', () => {
    const nodes = mergeNodes(
      [member('b', '1'), member('c', '2')],
      [lease('a', '1'), lease('c', '1')],
      noWeights,
      1000,
    );
    expect(
      nodes.map(({ nodeId, boot, presence, weight, sessions }) => [nodeId, boot, presence, weight, sessions]),
    ).toEqual([
      ['a', '1', 'lease-only', null, 5],
      ['b', '1', 'member-only', 1, null],
      ['c', '1', 'lease-only', null, 5],
      ['c', '2', 'member-only', 1, null],
    ]);
  });

  it("shares new clients out by weight, an operator's before the node's own, times load factor", () => {
    const nodes = mergeNodes(
      [
        { ...member('a', '1'), weight: 4, ownWeight: 1 },
        member('b', '1'),
        member('c', '1'),
        { ...member('d', '1'), state: 'draining' },
      ],
      [{ ...lease('a', '1'), loadFactor: 0.5 }, lease('b', '1'), lease('e', '1')],
      new Map([
        ['a', 4],
        ['e', 9],
      ]),
    );
    expect(
      nodes.map(({ nodeId, weight, ownWeight, operatorWeight, loadFactor, share }) => [
        nodeId,
        weight,
        ownWeight,
        operatorWeight,
        loadFactor,
        share,
      ]),
    ).toEqual([
      ['a', 4, 1, 4, 0.5, 0.5],
      ['b', 1, 1, null, 1, 0.25],
      ['c', 1, 1, null, null, 0.25],
      ['d', 1, 1, null, null, 0],
      ['e', null, null, 9, 1, 0],
    ]);
  });

  it('gives no lease an age below zero', () => {
    expect(mergeNodes([], [lease('a', '1', 9000)], noWeights, 1000)[0]?.leaseAgeMs).toBe(0);
  });
});
