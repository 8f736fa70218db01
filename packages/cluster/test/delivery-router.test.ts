import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import { waitFor } from '../../../test-support/backends.ts';
import {
  DeliveryOutcome,
  DeliveryRouter,
  DirectoryUnavailable,
  EmbeddedDirectory,
  EmbeddedMembership,
  NodeAddresses,
  NodeLeases,
  type Member,
  type NodeDeliveries,
  type NodeLease,
  type Route,
} from '../src/index.ts';

const { delivered, directoryUnavailable, notHere, offline, queueFull } = DeliveryOutcome;
const message = { messageId: 'm' };
const options = { acknowledge: true, deadlineMs: 1000 };

let directory: EmbeddedDirectory;
let router: DeliveryRouter;
/** Which clients each node really has; what nodes were asked for. */
let present: Record<string, Set<string>>;
let asked: string[];
let outcomes: string[];
let lookups: number;
/** What happens while the first node that is asked makes up its answer. */
let meanwhile: (() => Promise<unknown>) | null;

beforeEach(async () => {
  [present, asked, outcomes, lookups, meanwhile] = [{}, [], [], 0, null];
  directory = new EmbeddedDirectory();
  const lookup = directory.lookup.bind(directory);
  directory.lookup = (clientIds) => {
    lookups++;
    return lookup(clientIds);
  };
  const membership = new EmbeddedMembership();
  for (const nodeId of ['push-1', 'push-2']) {
    present[nodeId] = new Set();
    const addresses = { api: `http://${nodeId}` };
    const member: Member = {
      nodeId,
      boot: '0'.repeat(16),
      addresses,
      weight: 1,
      state: 'active',
      version: '0',
    };
    await membership.register('push-server', member, () => undefined);
  }
  const deliveries: Pick<NodeDeliveries, 'send'> = {
    send: (api, _message, clientIds, _options, onOutcome) => {
      const { hostname: nodeId } = new URL(api);
      asked.push(`${nodeId} ${clientIds.join()}`);
      const during = meanwhile;
      meanwhile = null;
      const answer = async (): Promise<void> => {
        await during?.();
        clientIds.forEach((clientId, position) => {
          if (clientId === 'full') onOutcome(position, queueFull);
          else onOutcome(position, present[nodeId]!.has(clientId) ? delivered : notHere);
        });
      };
      setImmediate(() => void answer());
    },
  };
  const logger = pino({ level: 'silent' });
  const addresses = new NodeAddresses(membership, new NodeLeases(directory, logger));
  router = new DeliveryRouter(directory, addresses, deliveries, logger);
});

let lastConn = 0;
async function claim(clientId: string, nodeId: string, boot = '0'.repeat(16)): Promise<Route> {
  const route = { nodeId, boot, conn: ++lastConn, transport: 'tcp', sinceMs: 1 } as const;
  await directory.claim(clientId, route, 1);
  return route;
}

function leaseOf(nodeId: string): NodeLease {
  const load = { sessions: 1, memoryBytes: 1, eventLoopDelayMs: 0, loadFactor: 1, updatedAtMs: Date.now() };
  return { nodeId, boot: '0'.repeat(16), apiUrl: `http://${nodeId}`, ...load };
}

async function signIn(clientId: string, nodeId: string): Promise<void> {
  await claim(clientId, nodeId);
  present[nodeId]!.add(clientId);
}

async function deliver(clientIds: string[]): Promise<string[]> {
  await router.deliver(message, clientIds, options, (position, outcome, nodeId) =>
    outcomes.push(`${clientIds[position]} ${outcome} ${nodeId}`),
  );
  await waitFor(() => outcomes.length >= clientIds.length);
  await new Promise((resolve) => setTimeout(resolve, 20));
  return outcomes.sort();
}

describe('DeliveryRouter', () => {
  it('asks each node once for all of its clients, and says of every position which node answered', async () => {
    await signIn('a', 'push-1');
    await signIn('b', 'push-2');
    await signIn('c', 'push-1');
    await claim('full', 'push-2');
    expect(await deliver(['a', 'b', 'nobody', 'c', 'full'])).toEqual([
      `a ${delivered} push-1`,
      `b ${delivered} push-2`,
      `c ${delivered} push-1`,
      `full ${queueFull} push-2`,
      `nobody ${offline} null`,
    ]);
    expect(asked).toEqual(['push-1 a,c', 'push-2 b,full']);
    expect(lookups).toBe(1);
  });

  it('repairs stale routes in one go, and finds who has moved', async () => {
    await claim('ghost', 'push-1');
    await claim('mover', 'push-1');
    await signIn('a', 'push-1');
    // The look-up has the old route in hand when the client signs in elsewhere.
    meanwhile = () => signIn('mover', 'push-2');
    expect(await deliver(['ghost', 'mover', 'a'])).toEqual([
      `a ${delivered} push-1`,
      `ghost ${offline} null`,
      `mover ${delivered} push-2`,
    ]);
    expect(asked).toEqual(['push-1 ghost,mover,a', 'push-2 mover']);
    expect(lookups).toBe(2);
    expect(await directory.lookup(['ghost', 'mover'])).toEqual([
      null,
      expect.objectContaining({ nodeId: 'push-2' }),
    ]);
  });

  it('repairs once: a second wrong route is offline', async () => {
    await claim('ghost', 'push-1');
    meanwhile = () => claim('ghost', 'push-2');
    expect(await deliver(['ghost'])).toEqual([`ghost ${offline} push-2`]);
    expect(asked).toEqual(['push-1 ghost', 'push-2 ghost']);
  });

  it('does not ask the same wrong route twice when it cannot be released', async () => {
    await claim('ghost', 'push-1');
    directory.release = () => Promise.reject(new DirectoryUnavailable('away'));
    expect(await deliver(['ghost'])).toEqual([`ghost ${offline} null`]);
    expect(asked).toEqual(['push-1 ghost']);
  });

  it('takes a client of a node that is neither in the list nor leased for offline, and leaves its route', async () => {
    await claim('a', 'push-9');
    expect(await deliver(['a'])).toEqual([`a ${offline} null`]);
    expect((await directory.lookup(['a']))[0]).not.toBeNull();
  });

  it('reaches the clients of a node that has left the list and is still leased, because it drains', async () => {
    present['push-9'] = new Set();
    await signIn('a', 'push-9');
    await signIn('b', 'push-1');
    await directory.refreshLease(leaseOf('push-9'), 60_000);
    expect(await deliver(['a', 'b'])).toEqual([`a ${delivered} push-9`, `b ${delivered} push-1`]);
  });

  it('asks the life of a node that there is now for a client of an earlier one, and so repairs the route', async () => {
    await claim('ghost', 'push-1', 'f'.repeat(16));
    expect(await deliver(['ghost'])).toEqual([`ghost ${offline} null`]);
    expect(asked).toEqual(['push-1 ghost']);
    expect(await directory.lookup(['ghost'])).toEqual([null]);
  });

  it('says so when the directory does not answer, first or in the repair', async () => {
    await claim('ghost', 'push-1');
    await signIn('a', 'push-1');
    const { release } = directory;
    directory.release = (...args) => {
      directory.lookup = () => Promise.reject(new DirectoryUnavailable('away'));
      return release.apply(directory, args);
    };
    expect(await deliver(['ghost', 'a'])).toEqual([
      `a ${delivered} push-1`,
      `ghost ${directoryUnavailable} null`,
    ]);
    outcomes = [];
    expect(await deliver(['a', 'b'])).toEqual([
      `a ${directoryUnavailable} null`,
      `b ${directoryUnavailable} null`,
    ]);
  });
});
