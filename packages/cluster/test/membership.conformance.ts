import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { uniqueName, waitFor } from '../../../test-support/backends.ts';
import { isFree, type Member, type Membership, type MemberRole } from '../src/membership/membership.ts';

/** One cluster for one test; every `join` is another process of it as far as the adapter can tell. */
export interface TestCluster {
  join(): Promise<Membership>;
}

export function someMember(change: Partial<Member> = {}): Member {
  return {
    nodeId: 'node-1',
    boot: '00000000000000a1',
    addresses: { api: 'http://127.0.0.1:7401', tcp: '127.0.0.1:7400' },
    weight: 1,
    state: 'active',
    version: '0.1.0',
    ...change,
  };
}

export function nodeIds(membership: Membership, role: MemberRole = 'push-server'): string[] {
  return membership.members(role).map((member) => member.nodeId);
}

/** What every adapter of the membership port does. */
export function membershipConformance(name: string, makeCluster: () => TestCluster): void {
  describe(`membership conformance: ${name}`, () => {
    let one: Membership;
    let other: Membership;
    let unexpectedReplacements: number;
    const failOnReplaced = (): void => void unexpectedReplacements++;

    beforeEach(async () => {
      unexpectedReplacements = 0;
      const cluster = makeCluster();
      one = await cluster.join();
      other = await cluster.join();
    });

    afterEach(async () => {
      await one.close();
      await other.close();
      expect(unexpectedReplacements).toBe(0);
    });

    const seesNothing = (): boolean => other.members('push-server').length === 0;

    it('starts connected and empty', () => {
      expect(one.isConnected()).toBe(true);
      expect(one.members('push-server')).toEqual([]);
      expect(one.members('push-route')).toEqual([]);
    });

    it('shows a registered member to everyone, as it is', async () => {
      const member = someMember({ nodeId: uniqueName('node-'), weight: 0.25, state: 'draining' });
      await one.register('push-server', member, failOnReplaced);
      await waitFor(
        () => one.members('push-server').length === 1 && other.members('push-server').length === 1,
      );
      expect(one.members('push-server')).toEqual([member]);
      expect(other.members('push-server')).toEqual([member]);
    });

    it('shows a member without a tcp address', async () => {
      const member = someMember({ addresses: { api: 'http://route-1:7420' } });
      await one.register('push-route', member, failOnReplaced);
      await waitFor(() => other.members('push-route').length === 1);
      expect(other.members('push-route')).toEqual([member]);
    });

    it('shows an update, and several at once end with the last', async () => {
      const registration = await one.register('push-server', someMember(), failOnReplaced);
      await Promise.all([
        registration.update({ weight: 2 }),
        registration.update({ state: 'draining' }),
        registration.update({ weight: 3 }),
      ]);
      const expected = someMember({ weight: 3, state: 'draining' });
      await waitFor(() => other.members('push-server')[0]?.weight === 3);
      expect(other.members('push-server')).toEqual([expected]);
    });

    it('removes at once, and a second time without harm', async () => {
      const registration = await one.register('push-server', someMember(), failOnReplaced);
      await waitFor(() => !seesNothing());
      await registration.remove();
      await waitFor(seesNothing);
      await registration.remove();
      await expect(registration.update({ weight: 2 })).rejects.toThrow('over');
      expect(seesNothing()).toBe(true);
    });

    it('registers again after a removal', async () => {
      const first = await one.register('push-server', someMember(), failOnReplaced);
      await first.remove();
      await one.register('push-server', someMember({ boot: '00000000000000a2' }), failOnReplaced);
      await waitFor(() => other.members('push-server')[0]?.boot === '00000000000000a2');
    });

    it('close removes every registration made there and no other', async () => {
      await one.register('push-server', someMember({ nodeId: 'a' }), failOnReplaced);
      await one.register('push-route', someMember({ nodeId: 'b' }), failOnReplaced);
      await other.register('push-server', someMember({ nodeId: 'c' }), failOnReplaced);
      await waitFor(() => nodeIds(other).length === 2 && nodeIds(other, 'push-route').length === 1);
      await one.close();
      await waitFor(() => nodeIds(other).join() === 'c' && nodeIds(other, 'push-route').length === 0);
      expect(one.isConnected()).toBe(false);
      await expect(one.register('push-server', someMember(), failOnReplaced)).rejects.toThrow('closed');
      await one.close();
    });

    it('replaces the record of an earlier life, and tells that life', async () => {
      let replaced = 0;
      const earlier = await one.register('push-server', someMember(), () => replaced++);
      const later = someMember({ boot: '00000000000000b2', weight: 5 });
      await other.register('push-server', later, failOnReplaced);
      await waitFor(() => one.members('push-server')[0]?.boot === later.boot && replaced === 1);

      await expect(earlier.update({ weight: 9 })).rejects.toThrow('over');
      await earlier.remove();
      await one.register('push-server', someMember({ nodeId: 'after' }), failOnReplaced);
      await waitFor(() => nodeIds(one).includes('after'));
      expect(one.members('push-server').find((member) => member.nodeId === later.nodeId)).toEqual(later);
      expect(replaced).toBe(1);
    });

    it('keeps the two roles apart', async () => {
      await one.register('push-server', someMember({ weight: 2 }), failOnReplaced);
      await one.register('push-route', someMember({ weight: 3 }), failOnReplaced);
      await waitFor(() => !seesNothing() && other.members('push-route').length === 1);
      expect(other.members('push-server').map((member) => member.weight)).toEqual([2]);
      expect(other.members('push-route').map((member) => member.weight)).toEqual([3]);
    });

    it('sorts by nodeId, by code unit', async () => {
      const unsorted = ['node-9', 'Node-1', 'node-10', '_x', 'a.b'];
      for (const nodeId of unsorted)
        await one.register('push-server', someMember({ nodeId }), failOnReplaced);
      await waitFor(() => nodeIds(other).length === unsorted.length);
      expect(nodeIds(other)).toEqual(['Node-1', '_x', 'a.b', 'node-10', 'node-9']);
    });

    it('calls back on each change with the new list, until stopped', async () => {
      const seen: string[] = [];
      const stopped: string[] = [];
      const note = (into: string[]) => (members: readonly Member[]) =>
        void into.push(members.map((member) => member.nodeId).join());
      other.onChange('push-server', note(seen));
      const stop = other.onChange('push-server', note(stopped));

      const registration = await one.register('push-server', someMember({ nodeId: 'a' }), failOnReplaced);
      await waitFor(() => stopped.length === 1);
      stop();
      stop();
      await one.register('push-server', someMember({ nodeId: 'b' }), failOnReplaced);
      await waitFor(() => seen.at(-1) === 'a,b');
      await registration.update({ weight: 1 });
      await registration.remove();
      await waitFor(() => seen.at(-1) === 'b');

      expect(seen).toEqual(['a', 'a,b', 'b']);
      expect(stopped).toEqual(['a']);
    });

    it('refuses what others would not accept, and changes nothing', async () => {
      const wrong: Partial<Member>[] = [
        { nodeId: 'a/b' },
        { nodeId: '' },
        { boot: 'A1' },
        { weight: 0 },
        { weight: 5e-324 },
        { weight: 1001 },
        { weight: Number.NaN },
        { addresses: { api: 'tcp://x' } },
        { addresses: { api: 'https://x', tls: 'x' } },
      ];
      for (const change of wrong) {
        await expect(one.register('push-server', someMember(change), failOnReplaced)).rejects.toThrow(
          'invalid',
        );
      }
      const registration = await one.register('push-server', someMember(), failOnReplaced);
      await expect(registration.update({ weight: -1 })).rejects.toThrow('invalid');
      await registration.update({ state: 'draining' });
      await waitFor(() => other.members('push-server')[0]?.state === 'draining');
      expect(other.members('push-server')).toEqual([someMember({ state: 'draining' })]);
    });

    const weightsOf = (membership: Membership): number[] =>
      membership.members('push-server').map((member) => member.weight);

    it("shows an operator's weight in place of the node's own, until it is taken back", async () => {
      const seen: number[][] = [];
      other.onChange('push-server', () => seen.push(weightsOf(other)));
      const registration = await one.register('push-server', someMember({ weight: 2 }), failOnReplaced);
      await waitFor(() => weightsOf(other).join() === '2');
      await one.setWeight('node-1', 0.125);
      await waitFor(() => weightsOf(one).join() === '0.125' && weightsOf(other).join() === '0.125');
      expect(other.weights()).toEqual(new Map([['node-1', 0.125]]));

      await other.setWeight('node-1', 7);
      await waitFor(() => weightsOf(other).join() === '7');
      await registration.update({ weight: 3, state: 'draining' });
      await waitFor(() => other.members('push-server')[0]?.state === 'draining');
      expect(weightsOf(other)).toEqual([7]);

      await one.setWeight('node-1', null);
      await one.setWeight('node-1', null);
      await waitFor(() => weightsOf(other).join() === '3' && other.weights().size === 0);
      expect(seen.filter((weights, index) => weights.join() !== seen[index - 1]?.join())).toEqual([
        [2],
        [0.125],
        [7],
        [3],
      ]);
    });

    it("keeps an operator's weight for a node that comes later, and over its lives", async () => {
      await one.setWeight('node-1', 5);
      const first = await one.register('push-server', someMember(), failOnReplaced);
      await one.register('push-route', someMember({ weight: 2 }), failOnReplaced);
      await waitFor(() => weightsOf(other).join() === '5' && other.members('push-route').length === 1);
      expect(other.members('push-route')[0]?.weight).toBe(2);
      await first.remove();
      await waitFor(seesNothing);
      await one.register('push-server', someMember({ boot: '00000000000000a2' }), failOnReplaced);
      await waitFor(() => weightsOf(other).join() === '5');
    });

    it('refuses a weight or a name that no node could have', async () => {
      for (const weight of [0, 0.0009, 5e-324, -1, 1001, Number.NaN, Infinity])
        await expect(one.setWeight('node-1', weight)).rejects.toThrow('from 0.001 to 1000');
      for (const nodeId of ['', 'a/b', 'x'.repeat(65)])
        await expect(one.setWeight(nodeId, 1)).rejects.toThrow('nodeId');
      expect(one.weights().size).toBe(0);
      await one.close();
      await expect(one.setWeight('node-1', 1)).rejects.toThrow();
    });

    it('says whether a name is free', async () => {
      expect(isFree(other, 'push-server', 'node-1')).toBe(true);
      const registration = await one.register('push-server', someMember(), failOnReplaced);
      await waitFor(() => !isFree(other, 'push-server', 'node-1'));
      expect(isFree(other, 'push-route', 'node-1')).toBe(true);
      await registration.remove();
      await waitFor(() => isFree(other, 'push-server', 'node-1'));
      await other.close();
      expect(isFree(other, 'push-server', 'node-1')).toBe(false);
    });

    it('follows a crowd that comes, changes and goes', async () => {
      const crowd = Array.from({ length: 60 }, (_, index) => `node-${String(index).padStart(2, '0')}`);
      const registrations = await Promise.all(
        crowd.map((nodeId) => one.register('push-server', someMember({ nodeId }), failOnReplaced)),
      );
      await waitFor(() => nodeIds(other).join() === crowd.join());
      await Promise.all(
        registrations.map((registration, index) => registration.update({ weight: index + 1 })),
      );
      await waitFor(() => other.members('push-server').every((member, index) => member.weight === index + 1));
      await Promise.all(registrations.map((registration) => registration.remove()));
      await waitFor(seesNothing);
    });
  });
}
