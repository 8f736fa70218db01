import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { closeCodes } from '@longwire/protocol';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { metric, TestCluster, type TestServer } from '../../packages/push-server/test/harness.ts';
import { uniqueName, waitFor } from '../../test-support/helpers.ts';
import { hasProgram } from '../../test-support/programs.ts';
import { countOf } from '../src/load/clients/histogram.ts';
import type { LineProcess } from '../src/load/clients/line-process.ts';
import { nativeProgram } from '../src/lib/native.ts';
import { SeededRandom } from '../src/lib/random.ts';
import { marked, NativePrograms, statsWhen, type NativeStats } from './native-clients.ts';

const CLIENTS = 20;
const SEED = 20_261_121;
const source = '127.8.0.1,127.8.0.2';

describe.skipIf(!hasProgram('cc'))('native clients of a push-server', () => {
  let programs: NativePrograms;
  let cluster: TestCluster;
  let server: TestServer;
  let clients: LineProcess;

  beforeAll(async () => void (programs = await NativePrograms.create()));
  afterAll(() => programs.remove());
  beforeEach(async () => {
    cluster = await TestCluster.create();
    // Two: clients that send are often held up by it.
    server = await cluster.start('push-1', { maxInFlight: 2 });
    clients = await programs.start('load-client', 'longwire');
    const ids = Array.from({ length: CLIENTS }, (_, index) => `load-${index}`);
    const lines = await Promise.all(ids.map(async (id) => `${id} ${await cluster.token(id)}`));
    const file = await programs.file('clients', lines);
    await clients.tell('clients', { file, address: server.addresses.tcp, source });
  });
  afterEach(async () => {
    await programs.end();
    await cluster.stop();
  });

  const connectAll = async () => {
    await clients.tell('connect', { rate: 1000, concurrency: 5 });
    return statsWhen(clients, ({ connected }) => connected === CLIENTS);
  };
  /** A file in which each client's line names the next client. */
  const neighbours = async () =>
    programs.file(
      'recipients',
      Array.from({ length: CLIENTS }, (_, index) => `load-${(index + 1) % CLIENTS}`),
    );

  it('sign in and send heartbeats', async () => {
    const beforeUs = Number(process.hrtime.bigint() / 1000n);
    const stats = await connectAll();
    expect(stats.firstLoginUs).toBeGreaterThanOrEqual(beforeUs);
    expect(stats.lastLoginUs).toBeGreaterThan(stats.firstLoginUs);
    expect(stats).toMatchObject({
      clients: CLIENTS,
      connecting: 0,
      logins: CLIENTS,
      loginFailures: 0,
      closed: {},
    });
    expect(countOf(stats.histograms.login)).toBe(CLIENTS);
    const { histograms: _, ...counts } = await clients.tell<NativeStats>('stats');
    expect(await clients.tell('counts')).toEqual(counts);
    await clients.tell('heartbeat', { seconds: 0.2 });
    await statsWhen(clients, ({ pings, pongs }) => pongs >= 3 * CLIENTS && pings >= pongs);
    await clients.tell('heartbeat', { seconds: 0 });
    const { pings, pongs } = await statsWhen(clients, ({ pingsOpen }) => pingsOpen === 0);
    expect(pongs).toBe(pings);
    await clients.tell('reset');
    expect(await clients.tell('stats')).toMatchObject({
      connected: CLIENTS,
      logins: 0,
      firstLoginUs: 0,
      lastLoginUs: 0,
      pings: 0,
      bytesIn: 0,
    });
  });

  it('find what was left out and what came twice, and acknowledge', async () => {
    await connectAll();
    const teller = await cluster.login(server, 'teller');
    let number = 0;
    const tell = async (to: string, stream: string, ...sequences: number[]) => {
      for (const sequence of sequences) {
        teller.send('send', { messageId: `m${++number}`, to, payload: marked(stream, sequence) });
        expect(await teller.next('sent')).toMatchObject({ messageId: `m${number}`, status: 0 });
      }
      const { gaps, duplicates, lastBroadcast } = await statsWhen(
        clients,
        ({ acknowledged }) => acknowledged === number,
      );
      return { gaps, duplicates, max: lastBroadcast.max };
    };
    expect(await tell('load-0', 'b', 1, 2)).toEqual({ gaps: 0, duplicates: 0, max: 2 });
    expect(await tell('load-1', 'b', 2)).toEqual({ gaps: 1, duplicates: 0, max: 2 });
    expect(await tell('load-0', 'b', 6, 6)).toEqual({ gaps: 4, duplicates: 1, max: 6 });
    // Pushes have no order between them: the one that comes late is no gap any more, once.
    expect(await tell('load-0', 'b', 4)).toEqual({ gaps: 3, duplicates: 1, max: 6 });
    expect(await tell('load-0', 'b', 4)).toEqual({ gaps: 3, duplicates: 2, max: 6 });
    expect(await tell('load-0', 'p', 1, 3, 2)).toEqual({ gaps: 4, duplicates: 3, max: 6 });
    expect(await tell('load-0', 't', 5, 9, 9, 4)).toEqual({ gaps: 4, duplicates: 5, max: 6 });
    const stats = await statsWhen(clients, ({ delivered }) => delivered === number);
    expect(stats.lastBroadcast.min).toBe(0);
    expect(countOf(stats.histograms.deliver)).toBe(number);
    expect(stats.unmarked).toBe(0);
    teller.send('send', { messageId: 'plain', to: 'load-0', payload: Buffer.from('no marker') });
    await statsWhen(clients, ({ delivered, unmarked }) => delivered === number + 1 && unmarked === 1);
  });

  it('do not miss the broadcasts of before their time', async () => {
    await clients.tell('expect', { broadcast: 7 });
    await connectAll();
    const teller = await cluster.login(server, 'teller');
    teller.send('send', { messageId: 'm', to: 'load-0', payload: marked('b', 9) });
    const stats = await statsWhen(clients, ({ delivered }) => delivered === 1);
    expect(stats).toMatchObject({ gaps: 1, lastBroadcast: { min: 7, max: 9 } });
  });

  it('keep their acknowledgements to themselves when told so', async () => {
    await connectAll();
    await clients.tell('acknowledge off');
    const teller = await cluster.login(server, 'teller');
    teller.send('send', { messageId: 'kept', to: 'load-0', payload: marked('t', 1) });
    await statsWhen(clients, ({ delivered }) => delivered === 1);
    await clients.tell('acknowledge on');
    teller.send('send', { messageId: 'told', to: 'load-0', payload: marked('t', 2) });
    expect(await teller.next('sent')).toMatchObject({ messageId: 'told', status: 0 });
    expect(await statsWhen(clients, ({ delivered }) => delivered === 2)).toMatchObject({ acknowledged: 1 });
  });

  it('send to each other, each message once, whatever the server lets them have open', async () => {
    await connectAll();
    // At once, as the rate shows: more than may be open.
    const run = { rate: 100_000, seconds: 0.005, bytes: 100, senders: CLIENTS, to: await neighbours() };
    await clients.tell('send', run);
    const stats = await statsWhen(clients, ({ sendAnswers }) => sendAnswers['0'] === 500);
    expect(stats).toMatchObject({ sent: 500, sendsOpen: 0, sendsWaiting: 0, delivered: 500, closed: {} });
    expect(stats).toMatchObject({ gaps: 0, duplicates: 0, acknowledged: 500 });
    expect(countOf(stats.histograms.send)).toBe(500);
    expect(countOf(stats.histograms.deliver)).toBe(500);
  });

  it('are other pairs when told so', async () => {
    await connectAll();
    const run = { rate: 1000, seconds: 0.1, bytes: 100, senders: CLIENTS };
    // Fewer, so that their numbers are not those of the others.
    await clients.tell('send', { ...run, senders: 7, to: await neighbours() });
    await statsWhen(clients, ({ sendAnswers }) => sendAnswers['0'] === 100);
    await clients.tell('unpair');
    const others = Array.from({ length: CLIENTS }, (_, index) => `load-${(index + 2) % CLIENTS}`);
    await clients.tell('send', { ...run, seconds: 0.2, to: await programs.file('others', others) });
    const stats = await statsWhen(clients, ({ sendAnswers }) => sendAnswers['0'] === 300);
    expect(stats).toMatchObject({ delivered: 300, gaps: 0, duplicates: 0 });
  });

  it('send later what was due while they were away', async () => {
    await connectAll();
    expect(await clients.tell('cut')).toEqual({ cut: CLIENTS });
    await waitFor(async () => (await metric(server, 'longwire_connections')) === 0);
    await clients.tell('send', {
      rate: 1000,
      seconds: 0.1,
      bytes: 40,
      senders: CLIENTS,
      to: await neighbours(),
    });
    await statsWhen(clients, ({ sendsWaiting }) => sendsWaiting === 100);
    await connectAll();
    const stats = await statsWhen(clients, ({ sendAnswers }) => sumOf(sendAnswers) === 100);
    // Who was back first may have sent to who was not.
    expect(Object.keys(stats.sendAnswers).filter((status) => status !== '0' && status !== '1')).toEqual([]);
    expect(stats).toMatchObject({ sent: 100, sendsWaiting: 0, cut: CLIENTS });
  });

  it('publish', async () => {
    await connectAll();
    const messages: string[] = [];
    const consumer = await cluster.upstream.consume(uniqueName('group'), async (batch) => {
      for (const { clientId, messageId, kind, payload } of batch) {
        expect(kind).toBe('reading');
        expect(Buffer.from(payload)).toHaveLength(64);
        messages.push(`${clientId} ${messageId}`);
      }
    });
    await clients.tell('publish', { rate: 300, seconds: 1, bytes: 64, senders: 7, kind: 'reading' });
    const stats = await statsWhen(clients, ({ publishAnswers }) => publishAnswers['0'] === 300);
    expect(stats).toMatchObject({ published: 300, publishesOpen: 0, publishesWaiting: 0 });
    expect(countOf(stats.histograms.publish)).toBe(300);
    const each = Array.from({ length: CLIENTS }, (_, index) => (index < 300 % 7 ? 43 : index < 7 ? 42 : 0));
    expect(await clients.tell('publishes')).toEqual({ published: each, accepted: each });
    await waitFor(() => messages.length >= 300);
    expect(new Set(messages).size).toBe(300);
    await consumer.stop();
  });

  it('come back when they were cut, and go elsewhere when their server is gone', async () => {
    const other = await cluster.start('push-2');
    await connectAll();
    const addresses = `${server.addresses.tcp},${other.addresses.tcp}`;
    await clients.tell('reconnect', { addresses, minMs: 10, maxMs: 100 });
    expect(await clients.tell('cut', { share: 0.5 })).toEqual({ cut: CLIENTS / 2 });
    await statsWhen(
      clients,
      ({ connected, reconnects }) => connected === CLIENTS && reconnects === CLIENTS / 2,
    );
    await server.stop();
    const stats = await statsWhen(
      clients,
      ({ connected, closed }) => connected === CLIENTS && sumOf(closed) > 0,
    );
    expect(await metric(other, 'longwire_connections')).toBe(CLIENTS);
    // A server that is going resets those that it had not accepted yet.
    const names = ['ECONNREFUSED', 'ECONNRESET'];
    expect(Object.keys(stats.failures).filter((name) => !names.includes(name))).toEqual([]);
  });

  it('connect, sign in and leave again and again', async () => {
    await clients.tell('churn', { cycles: 3 * CLIENTS, concurrency: 7 });
    const stats = await statsWhen(clients, ({ churned }) => churned === 3 * CLIENTS);
    expect(stats).toMatchObject({ logins: 3 * CLIENTS, loginFailures: 0, connected: 0, closed: {} });
    await waitFor(async () => (await metric(server, 'longwire_connections')) === 0);
  });

  it('lose count of nothing, whatever they are told at once', async () => {
    const random = new SeededRandom(SEED);
    const run = { rate: 2000, seconds: 0.2, bytes: 50, senders: CLIENTS };
    const to = await neighbours();
    const commands = [
      () => clients.tell('cut', { share: 0.3 }),
      () => clients.tell('cut'),
      () => clients.tell('connect', { rate: 5000, concurrency: 3 }),
      () => clients.tell('connect', { concurrency: 100 }),
      () => clients.tell('churn', { cycles: 5, concurrency: 2 }),
      () => clients.tell('send', { ...run, to }),
      () => clients.tell('publish', { ...run, kind: 'reading' }),
      () => clients.tell('reconnect', { addresses: server.addresses.tcp, minMs: 0, maxMs: 30 }),
      () => clients.tell('reconnect off'),
      () => clients.tell(random.next() < 0.5 ? 'acknowledge on' : 'acknowledge off'),
      () => clients.tell('heartbeat', { seconds: 0.05 }),
      () => clients.tell('stats'),
    ];
    for (let step = 0; step < 300; step++) {
      await commands[random.between(0, commands.length - 1)]!();
      if (random.next() < 0.2) await sleep(random.between(0, 20));
    }
    await clients.tell('acknowledge on');
    await clients.tell('reconnect', { addresses: server.addresses.tcp, minMs: 0, maxMs: 30 });
    // Whoever would wait for an acknowledgement that was kept back hears that the recipient has gone.
    await clients.tell('cut');
    const stats = await waitFor(async () => {
      // Those that churn are not there when the others are told to connect.
      await clients.tell('connect');
      const seen = await clients.tell<NativeStats>('stats');
      const open = seen.sendsOpen + seen.sendsWaiting + seen.publishesOpen + seen.publishesWaiting;
      return seen.connected === CLIENTS && open === 0 ? seen : null;
    });
    const { dropped: _, ...sendAnswers } = stats.sendAnswers;
    const { dropped: __, ...publishAnswers } = stats.publishAnswers;
    expect([sumOf(sendAnswers), sumOf(publishAnswers)]).toEqual([stats.sent, stats.published]);
    expect(stats.closed).toEqual({});
    await clients.tell('reconnect off');
    expect(await clients.tell('cut')).toEqual({ cut: CLIENTS });
    await waitFor(async () => (await metric(server, 'longwire_connections')) === 0);
  });

  it('count why they could not sign in', async () => {
    const bad = await programs.file('bad', ['stranger not-a-token']);
    await clients.tell('clients', { file: bad, address: server.addresses.tcp, source });
    await clients.tell('connect');
    const stats = await statsWhen(clients, ({ loginFailures }) => loginFailures === 1);
    expect(stats.closed).toEqual({ tokenInvalid: 1 });
  });

  it('count why they could not even connect', async () => {
    const nobody = await programs.file('nobody', ['one', 'two']);
    // An address of no machine (RFC 5737).
    await clients.tell('clients', { file: nobody, address: server.addresses.tcp, source: '192.0.2.1' });
    await clients.tell('connect');
    const stats = await statsWhen(clients, ({ connected }) => connected === CLIENTS);
    expect(stats).toMatchObject({ failures: { EADDRNOTAVAIL: 2 }, loginFailures: 2, connecting: 0 });
  });

  it('know the names of all close codes', async () => {
    const text = await readFile(
      join(import.meta.dirname, '../native/load-client/protocol-longwire.c'),
      'utf8',
    );
    const table = [...text.matchAll(/\{(\d{4}), "(\w+)"\}/g)].map(([, code, name]) => [name, Number(code)]);
    expect(table).toEqual(Object.entries(closeCodes).map(([name, { code }]) => [name, code]));
  });
});

it('a missing compiler is named with its package', async () => {
  const path = process.env['PATH'];
  process.env['PATH'] = '/nowhere';
  try {
    const never = `-DNEVER_COMPILED_${uniqueName('')}`;
    await expect(nativeProgram('bare-server', [never])).rejects.toThrow('gcc libc6-dev');
  } finally {
    process.env['PATH'] = path;
  }
});

function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
