import { afterAll, beforeAll, expect, it } from 'vitest';
import { badTokens } from '../../service-kit/test/bad-tokens.ts';
import { metric, TestCluster, type TestServer } from './harness.ts';

let cluster: TestCluster;
let server: TestServer;
beforeAll(async () => {
  cluster = await TestCluster.create();
  server = await cluster.start('bad-tokens-1');
});
afterAll(() => cluster.stop());

it.each(badTokens)('CONNECT and REFRESH with $name are refused', async ({ name, make, reason }) => {
  const token = make(cluster.key);
  // Longer than a frame may be before CONNECTED, it is refused before anyone reads it.
  const close =
    reason === 'expired' ? 'tokenExpired' : token.length > 4000 ? 'frameTooLarge' : 'tokenInvalid';
  const stranger = await cluster.connect(server, '', token);
  expect((await stranger.closed()).name).toBe(close);
  const client = await cluster.login(server, `client-${badTokens.findIndex((each) => each.name === name)}`);
  client.send('refresh', { token });
  expect((await client.closed()).name).toBe(reason === 'expired' ? 'tokenExpired' : 'tokenInvalid');
  expect(await metric(server, 'longwire_sessions')).toBe(0);
});
