import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { LongwireClient } from '../src/index.ts';
import { TestAuth } from './test-auth.ts';
import { TestNode, type TestPeer } from './test-node.ts';

let auth: TestAuth;
let node: TestNode;
let client: LongwireClient;

beforeEach(async () => {
  auth = await new TestAuth().listen();
  node = await new TestNode().listen();
  client = new LongwireClient({
    authUrl: auth.url,
    clientId: 'alice',
    clientSecret: 'secret',
    backoffBaseMs: 20,
    backoffMaxMs: 200,
  });
});

afterEach(async () => {
  await client.close();
  await node.close();
  await auth.close();
});

async function connect(heartbeatIntervalMs = 60_000): Promise<TestPeer> {
  const [peer] = await Promise.all([node.loggedIn({ heartbeatIntervalMs }), client.connect()]);
  return peer;
}

describe('a connection that outlives its token', () => {
  test('gets newer tokens, each by the one before, and reconnects with the latest', async () => {
    auth.grant([node.address], 200);
    const peer = await connect();
    expect(await peer.expect('refresh')).toEqual({ token: 'token-2' });
    peer.send('refreshed', { tokenExpiresAtMs: Date.now() + 200 });
    auth.grant([node.address]);
    expect(await peer.expect('refresh')).toEqual({ token: 'token-3' });
    peer.send('refreshed', { tokenExpiresAtMs: Date.now() + 3_600_000 });
    expect(auth.refreshes).toEqual(['Bearer token-1', 'Bearer token-2']);
    expect(auth.requests).toHaveLength(1);
    peer.socket.destroy();
    expect(await (await node.peer()).login()).toMatchObject({ token: 'token-3' });
  });

  test('has one REFRESH unanswered at most', async () => {
    auth.grant([node.address], 100);
    const peer = await connect(100);
    await peer.expect('refresh');
    await vi.waitFor(() => expect(peer.pings).toBeGreaterThan(3), { timeout: 30_000 });
    expect(auth.refreshes).toHaveLength(1);
    peer.send('refreshed', { tokenExpiresAtMs: Date.now() + 100 });
    expect(await peer.expect('refresh')).toEqual({ token: 'token-3' });
  });

  test('falls back on the secret when the token is refused, and asks again while nobody answers', async () => {
    auth.grant([node.address], 200);
    const granted = auth.answer;
    auth.answerRefresh = () => ({
      status: auth.refreshes.length < 3 ? 503 : 401,
      body: { code: 'token-revoked' },
    });
    auth.answer = () => (auth.requests.length === 2 ? { status: 429, body: {} } : granted());
    const peer = await connect();
    const { token } = await peer.expect('refresh');
    // Two that nobody answered, one refusal each time the secret was tried; the first of those was too early.
    expect([auth.refreshes.length, auth.requests.length]).toEqual([4, 3]);
    expect(token).toBe('token-7');
    expect(client.state).toBe('connected');
  });
});
