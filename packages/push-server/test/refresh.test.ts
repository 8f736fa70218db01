import { EmbeddedDirectory, DirectoryUnavailable } from '@longwire/cluster';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { waitFor } from '../../../test-support/backends.ts';
import { metric, TestCluster, type TestServer } from './harness.ts';

/** Can be taken away; then its calls fail as those of a directory that does not answer. */
class FailingDirectory extends EmbeddedDirectory {
  isAway = false;
  refusedPings = 0;

  override confirm(...question: Parameters<EmbeddedDirectory['confirm']>) {
    return this.isAway ? Promise.reject(new DirectoryUnavailable('away')) : super.confirm(...question);
  }

  override ping() {
    if (!this.isAway) return super.ping();
    this.refusedPings++;
    return Promise.reject(new DirectoryUnavailable('away'));
  }
}

const directory = new FailingDirectory();
let cluster: TestCluster;
let server: TestServer;
beforeAll(async () => {
  cluster = await TestCluster.create({ directory });
  server = await cluster.start('refresh-1');
});
afterAll(() => cluster.stop());

/** The token of a client that has expired already, and is good for so many seconds more. */
const endingIn = (clientId: string, seconds: number) =>
  cluster.token(clientId, { issuedAtMs: Date.now() - 120_000, expiresInSeconds: 60 + seconds });

async function loginWith(clientId: string, token: string) {
  const client = await cluster.connect(server, clientId, token);
  const { tokenExpiresAtMs } = await client.next('connected');
  return { client, tokenExpiresAtMs };
}

it.concurrent('moves the end of the connection, and nothing else', async () => {
  const { client, tokenExpiresAtMs } = await loginWith('alice', await endingIn('alice', 2));
  client.send('refresh', { token: await cluster.token('alice', { expiresInSeconds: 600 }) });
  const refreshed = await client.next('refreshed');
  expect(refreshed.tokenExpiresAtMs).toBeGreaterThan(tokenExpiresAtMs + 500_000);
  // One that ends when she would have is closed; she goes on, and may refresh again.
  const other = await loginWith('bob', await endingIn('bob', 2));
  expect((await other.client.closed()).name).toBe('tokenExpired');
  await client.pong();
  client.send('refresh', { token: await cluster.token('alice') });
  await client.next('refreshed');
  expect(await metric(server, 'longwire_token_refreshes_total', 'result="accepted"')).toBeGreaterThanOrEqual(
    2,
  );
});

it.concurrent(
  'closes with tokenExpired once the token has been expired for 60 s, however much the client says',
  async () => {
    const { client } = await loginWith('talker', await endingIn('talker', 3));
    const talking = setInterval(() => client.send('publish', { messageId: 'm', kind: 'k' }), 100);
    expect((await client.closed()).name).toBe('tokenExpired');
    clearInterval(talking);
  },
);

it.concurrent('holds for a newer token that ends earlier', async () => {
  const client = await cluster.login(server, 'shortened');
  client.send('refresh', { token: await endingIn('shortened', 2) });
  await client.next('refreshed');
  expect((await client.closed()).name).toBe('tokenExpired');
});

it.each<[string, () => Promise<string>, string]>([
  ['of another client', () => cluster.token('mallory'), 'tokenInvalid'],
  ['that is none', async () => 'nonsense', 'tokenInvalid'],
  ['for another audience', () => cluster.token('carol', { audience: 'bank' }), 'tokenInvalid'],
  ['that has expired', () => cluster.token('carol', { expiresInSeconds: -61 }), 'tokenExpired'],
  [
    'that was revoked',
    async () => {
      const issuedAtMs = Date.now() - 1000;
      await directory.revoke('carol', issuedAtMs);
      return cluster.token('carol', { issuedAtMs });
    },
    'tokenRevoked',
  ],
])('a token %s closes the connection', async (_, token, close) => {
  const client = await cluster.login(server, 'carol');
  client.send('refresh', { token: await token() });
  expect((await client.closed()).name).toBe(close);
});

it('takes one at a time', async () => {
  const client = await cluster.login(server, 'hasty');
  const token = await cluster.token('hasty');
  client.send('refresh', { token });
  client.send('refresh', { token });
  expect((await client.closed()).name).toBe('unexpectedFrame');
});

it('is not taken before CONNECTED, and REFRESHED is not for clients', async () => {
  const token = await cluster.token('early');
  const early = await cluster.open(server);
  early.send('refresh', { token });
  expect((await early.closed()).name).toBe('expectedConnect');
  const client = await cluster.login(server, 'early');
  client.send('refreshed', { tokenExpiresAtMs: 1 });
  expect((await client.closed()).name).toBe('unexpectedFrame');
});

it('while the directory is away nobody is closed for a token that ends, and a newer token is taken', async () => {
  const stuck = await loginWith('stuck', await endingIn('stuck', 2));
  const fresh = await loginWith('fresh', await endingIn('fresh', 2));
  directory.isAway = true;
  fresh.client.send('refresh', { token: await cluster.token('fresh') });
  await fresh.client.next('refreshed');
  await waitFor(() => directory.refusedPings > 0);
  await stuck.client.pong();
  directory.isAway = false;
  expect((await stuck.client.closed()).name).toBe('tokenExpired');
  await fresh.client.pong();
});
