import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { closeCodes } from '@longwire/protocol';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  EmbeddedDirectory,
  EmbeddedMembership,
  nodeApi,
  NodeAddresses,
  NodeClient,
  NodeKicks,
  NodeLeases,
  type Registration,
  type Route,
} from '../src/index.ts';

const logger = pino({ level: 'silent' });
const boot = 'ab'.repeat(8);
const route: Route = { nodeId: 'push-1', boot, conn: 7, transport: 'tcp', sinceMs: 1 };

let server: Server;
/** HTTP status of the next calls; then 200. */
let failures: number[];
let knowsConnection: boolean;
let asked: unknown[];
let membership: EmbeddedMembership;
let registration: Registration;
let client: NodeClient;
let kicks: NodeKicks;

beforeEach(async () => {
  [failures, asked, knowsConnection] = [[], [], true];
  server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  membership = new EmbeddedMembership();
  const member = { nodeId: 'push-1', boot, addresses: { api }, weight: 1, version: '0' };
  registration = await membership.register('push-server', { ...member, state: 'active' }, () => {});
  client = new NodeClient(membership, 'the-secret');
  const leases = new NodeLeases(new EmbeddedDirectory(), logger);
  kicks = new NodeKicks(new NodeAddresses(membership, leases), client, logger);
});

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { clientId, boot: of, conn, closeCode } = nodeApi.kick.request.decode(await buffer(request));
  asked.push([request.url, clientId, of, conn, closeCode]);
  response.statusCode = failures.shift() ?? 200;
  response.end(nodeApi.kick.response.encode({ closed: knowsConnection }).finish());
}

afterEach(async () => {
  await client.close();
  server.closeAllConnections();
  server.close();
});

const kick = (change: Partial<Route> = {}) => kicks.kick('alice', { ...route, ...change }, 'tokenRevoked');

it('has the node close exactly that connection', async () => {
  expect(await kick()).toBe('closed');
  expect(asked).toEqual([['/node/v1/kick', 'alice', boot, 7, closeCodes.tokenRevoked.code]]);
});

it('asks again while the node fails, and gives up after some seconds', async () => {
  failures = [503, 500, 503];
  expect(await kick()).toBe('closed');
  expect(asked).toHaveLength(4);
  failures = Array.from({ length: 100 }, () => 503);
  expect(await kick()).toBe('unreached');
  expect(asked.length).toBeGreaterThan(8);
  expect(asked.length).toBeLessThan(20);
});

it('asks nobody for a connection of an earlier life, or of a node that is gone', async () => {
  expect(await kick({ boot: 'cd'.repeat(8) })).toBe('not-there');
  await registration.remove();
  expect(await kick()).toBe('not-there');
  expect(asked).toEqual([]);
});

it('says when the node does not have the connection any more', async () => {
  knowsConnection = false;
  expect(await kick()).toBe('not-there');
});

it('asks no more once it is closed', async () => {
  failures = Array.from({ length: 100 }, () => 503);
  const last = kick();
  kicks.close();
  expect(await last).toBe('unreached');
  expect(asked.length).toBeLessThanOrEqual(1);
});
