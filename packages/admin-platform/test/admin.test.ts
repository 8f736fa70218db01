import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitFor } from '../../../test-support/backends.ts';
import { Harness, operator, viewer } from './harness.ts';

interface NodesAnswer {
  nodes: { nodeId: string; presence: string; sessions: number | null }[];
  isMembershipConnected: boolean;
}
interface PushAnswer {
  pushId: string;
  state: string;
  traceId: string;
  totals: { delivered: number; offline: number };
}
interface MessagesAnswer {
  messages: { messageId: string; clientId: string; payload: { base64: string; text: string | null } }[];
  nextCursor: string | null;
}

let harness: Harness;
beforeAll(async () => {
  harness = await Harness.start();
});
afterAll(() => harness.stop());

const pushBody = { audience: { clientIds: ['ann', 'nobody'] }, payload: { text: 'hello' } };

describe('before any other service is there', () => {
  it('shows no nodes and nobody online', async () => {
    const { body } = await harness.call<NodesAnswer>('GET', '/v1/nodes');
    expect(body).toEqual({ nodes: [], isMembershipConnected: true });
    const online = await harness.call('GET', '/v1/online');
    expect(online.body).toMatchObject({ byNodes: 0, byDirectory: 0, drift: 0 });
  });

  it('says that no push-route is there', async () => {
    const { status, body } = await harness.call('POST', '/v1/pushes', { key: operator.key, body: pushBody });
    expect([status, body.code]).toEqual([503, 'dependency-unavailable']);
  });
});

describe('nodes and clients', () => {
  it('shows each push-server with what it reports', async () => {
    const one = await harness.startNode('push-1');
    await harness.startNode('push-2');
    await harness.cluster.login(one, 'ann');
    await waitFor(async () => {
      const { body } = await harness.call<NodesAnswer>('GET', '/v1/nodes');
      expect(body.nodes.map(({ nodeId, presence, sessions }) => [nodeId, presence, sessions])).toEqual([
        ['push-1', 'full', 1],
        ['push-2', 'full', 0],
      ]);
      return true;
    });
    const { body } = await harness.call('GET', '/v1/online');
    expect(body).toMatchObject({ byNodes: 1, byDirectory: 1, drift: 0 });
  });

  it('finds a client that is online, one that is registered, and not one that is neither', async () => {
    const registeredAtMs = Date.parse('2026-05-01T00:00:00Z');
    for (const clientId of ['ann', 'zoe'])
      await harness.store.insertClient({ clientId, secretHash: new Uint8Array(32), registeredAtMs });
    const registeredAt = '2026-05-01T00:00:00.000Z';
    const [route] = await harness.directory.lookup(['ann']);
    expect((await harness.call('GET', '/v1/clients/ann')).body).toEqual({
      clientId: 'ann',
      registeredAt,
      online: true,
      nodeId: 'push-1',
      transport: 'tcp',
      since: new Date(route!.sinceMs).toISOString(),
      connection: `push-1/${route!.boot}/${route!.conn}`,
    });
    expect((await harness.call('GET', '/v1/clients/zoe')).body).toEqual({
      clientId: 'zoe',
      registeredAt,
      online: false,
      nodeId: null,
      transport: null,
      since: null,
      connection: null,
    });
    const { status, body } = await harness.call('GET', '/v1/clients/nobody');
    expect([status, body.code]).toEqual([404, 'client-not-found']);
    expect((await harness.call('GET', '/v1/clients/no%20body')).status).toBe(400);
  });

  it('kicks a client that is online, which is told so', async () => {
    const bob = await harness.cluster.login(harness.cluster.servers[1]!, 'bob');
    const path = '/v1/clients/bob/kick';
    expect((await harness.call('POST', path)).status).toBe(403);
    expect((await harness.call('POST', path, { key: operator.key })).body).toEqual({ closed: true });
    expect((await bob.next('close')).code).toBe(3002);
    await waitFor(async () => (await harness.directory.lookup(['bob']))[0] === null);
    expect((await harness.call('POST', path, { key: operator.key })).body).toEqual({ closed: false });
  });

  it('says when the node of a client does not answer, or is gone', async () => {
    const member = {
      addresses: { api: 'http://127.0.0.1:1' },
      weight: 1,
      state: 'active',
      version: '0',
    } as const;
    const identity = { nodeId: 'push-9', boot: '00000000000000aa' };
    const registration = await harness.membership.register(
      'push-server',
      { ...identity, ...member },
      () => undefined,
    );
    const route = { ...identity, conn: 1, transport: 'tcp', sinceMs: Date.now() } as const;
    await harness.directory.claim('lost', route, Date.now());
    const path = '/v1/clients/lost/kick';
    const silent = await harness.call('POST', path, { key: operator.key });
    expect([silent.status, silent.body.code]).toEqual([502, 'upstream-failed']);
    await registration.remove();
    expect((await harness.call('POST', path, { key: operator.key })).body).toEqual({ closed: false });
    await harness.directory.release('lost', route);
  });
});

describe('pushes', () => {
  it('go to a push-route, whose answers come back as they are', async () => {
    await harness.startRoute('route-1');
    const traceId = '0123456789abcdef0123456789abcdef';
    const pushed = await harness.call<PushAnswer>('POST', '/v1/pushes', {
      key: operator.key,
      body: pushBody,
      headers: { traceparent: `00-${traceId}-0123456789abcdef-01` },
    });
    expect(pushed.status).toBe(202);
    expect(pushed.headers.get('location')).toBe(`/v1/pushes/${pushed.body.pushId}`);
    expect(pushed.body.traceId).toBe(traceId);
    const path = `/v1/pushes/${pushed.body.pushId}`;
    const report = await waitFor(async () => {
      const { body } = await harness.call<PushAnswer>('GET', path);
      return body.state === 'done' ? body : null;
    });
    expect(report.totals).toMatchObject({ delivered: 1, offline: 1 });
    const results = await harness.call<{ results: unknown[] }>('GET', `${path}/results?outcome=offline`);
    expect(results.body.results).toMatchObject([{ clientId: 'nobody', outcome: 'offline' }]);
  });

  it('pass on what the caller got wrong', async () => {
    const none = await harness.call('GET', '/v1/pushes/push-none');
    expect([none.status, none.body.code]).toEqual([404, 'push-not-found']);
    expect(none.headers.get('content-type')).toMatch('application/problem+json');
    const wrong = await harness.call('POST', '/v1/pushes', { key: operator.key, body: { audience: {} } });
    expect([wrong.status, wrong.body.code]).toEqual([400, 'invalid-request']);
    const cut = await harness.call('POST', '/v1/pushes', { key: operator.key, body: '{"audience"' });
    expect([cut.status, cut.body.code]).toEqual([400, 'malformed-body']);
    const limit = await harness.call('GET', '/v1/pushes/push-none/results?limit=0');
    expect([limit.status, limit.body.code]).toEqual([400, 'invalid-request']);
    const huge = await harness.call('POST', '/v1/pushes', {
      key: operator.key,
      body: ' '.repeat(16 * 1024 * 1024 + 1),
    });
    expect([huge.status, huge.body.code]).toEqual([413, 'body-too-large']);
  });

  it('carry the idempotency key of the caller', async () => {
    const post = () =>
      harness.call<PushAnswer>('POST', '/v1/pushes', {
        key: operator.key,
        body: pushBody,
        headers: { 'idempotency-key': 'mine' },
      });
    const [first, again] = [await post(), await post()];
    expect([first.status, again.status]).toEqual([202, 200]);
    expect(again.body.pushId).toBe(first.body.pushId);
  });

  it('are for operators, and seen by viewers', async () => {
    const refused = await harness.call('POST', '/v1/pushes', { key: viewer.key, body: pushBody });
    expect([refused.status, refused.body.code]).toEqual([403, 'forbidden']);
    for (const path of [
      '/v1/nodes',
      '/v1/online',
      '/v1/clients/ann',
      '/v1/upstream-messages',
      '/v1/pushes/p',
    ])
      expect((await harness.call('GET', path, { key: '' })).status).toBe(401);
  });

  describe('when a push-route breaks', () => {
    let broken: Server;
    const accepted: string[] = [];
    beforeAll(async () => {
      // Accepts a push, and loses the connection before it can say so.
      broken = createServer((request, response) => {
        void (async () => {
          const answer = await fetch(`${harness.routes[0]!.url}${request.url}`, {
            method: 'POST',
            headers: request.headers as Record<string, string>,
            body: await text(request),
          });
          accepted.push(((await answer.json()) as PushAnswer).pushId);
          response.destroy();
        })();
      });
      await new Promise<void>((resolve) => broken.listen(0, '127.0.0.1', resolve));
      const { port } = broken.address() as AddressInfo;
      const member = { weight: 1, state: 'active', version: '0' } as const;
      const identity = { nodeId: 'route-0', boot: '00000000000000aa' };
      const addresses = { api: `http://127.0.0.1:${port}` };
      await harness.membership.register('push-route', { ...identity, ...member, addresses }, () => undefined);
    });
    afterAll(() => broken.close());

    it('goes to another one and stays one push', async () => {
      const answers = [];
      while (accepted.length === 0 && answers.length < 100) {
        const push = await harness.call<PushAnswer>('POST', '/v1/pushes', {
          key: operator.key,
          body: pushBody,
        });
        answers.push(push);
      }
      expect(answers.at(-1)).toMatchObject({ status: 200, body: { pushId: accepted[0] } });
    });
  });
});

describe('upstream messages', () => {
  const startMs = Date.parse('2026-06-01T00:00:00Z');
  const ids = (answer: { body: MessagesAnswer }) => answer.body.messages.map(({ messageId }) => messageId);
  const list = (query: string) => harness.call<MessagesAnswer>('GET', `/v1/upstream-messages?${query}`);

  beforeAll(async () => {
    await harness.store.insertUpstream(
      Array.from({ length: 25 }, (_, index) => ({
        clientId: index % 2 === 0 ? 'even' : 'odd',
        messageId: `m-${index}`,
        kind: index < 5 ? 'alarm' : 'metrics',
        payload: index === 24 ? Uint8Array.of(0xff, 0) : Buffer.from(`n° ${index}`),
        traceId: '0'.repeat(32),
        nodeId: 'push-1',
        receivedAtMs: startMs + index * 1000,
      })),
    );
  });

  it('come newest first, page by page', async () => {
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: Awaited<ReturnType<typeof list>> = await list(`limit=4${cursor && `&cursor=${cursor}`}`);
      seen.push(...ids(page));
      cursor = page.body.nextCursor;
    }
    expect(seen).toEqual(Array.from({ length: 25 }, (_, index) => `m-${24 - index}`));
  });

  it('are filtered by client, kind and time', async () => {
    expect(ids(await list('clientId=odd&kind=alarm'))).toEqual(['m-3', 'm-1']);
    expect(ids(await list('from=2026-06-01T00:00:03Z&to=2026-06-01T02:00:06%2B02:00'))).toEqual([
      'm-5',
      'm-4',
      'm-3',
    ]);
  });

  it('show the payload as base64, and as text where it is text', async () => {
    const { body } = await list('limit=2');
    expect(body.messages.map(({ payload }) => payload)).toEqual([
      { base64: '/wA=', text: null },
      { base64: Buffer.from('n° 23').toString('base64'), text: 'n° 23' },
    ]);
  });

  it.each([
    ['limit=201', 'invalid-request'],
    ['from=yesterday', 'invalid-request'],
    ['to=1969-01-01T00:00:00Z', 'invalid-request'],
    ['clientId=a%20b', 'invalid-request'],
    ['colour=red', 'invalid-request'],
    ['cursor=nonsense', 'invalid-cursor'],
  ])('refuse %s', async (query, code) => {
    const { status, body } = await harness.call('GET', `/v1/upstream-messages?${query}`);
    expect([status, body.code]).toEqual([400, code]);
  });
});

describe('what every service has', () => {
  it('describes itself', async () => {
    const { body } = await harness.call<{ paths: Record<string, unknown> }>('GET', '/openapi.json');
    expect(Object.keys(body.paths)).toEqual(
      expect.arrayContaining([
        '/v1/nodes',
        '/v1/nodes/{nodeId}/weight',
        '/v1/nodes/{nodeId}/drain',
        '/v1/rebalances',
        '/v1/online',
        '/v1/clients/{clientId}',
        '/v1/clients/{clientId}/kick',
        '/v1/pushes',
        '/v1/pushes/{pushId}',
        '/v1/pushes/{pushId}/results',
        '/v1/upstream-messages',
      ]),
    );
  });

  it('describes pushes as the push-route does that answers them', async () => {
    type Call = { requestBody?: object; parameters?: object[]; responses: Record<string, object> };
    type Document = { paths: Record<string, Record<string, Call>> };
    const { body } = await harness.call<Document>('GET', '/openapi.json');
    const route = (await (await fetch(`${harness.routes[0]!.url}/openapi.json`)).json()) as Document;
    for (const [path, method] of [
      ['/v1/pushes', 'post'],
      ['/v1/pushes/{pushId}', 'get'],
      ['/v1/pushes/{pushId}/results', 'get'],
    ] as const) {
      const call = body.paths[path]![method]!;
      expect(JSON.stringify(call.responses['200'])).toMatch(method === 'post' ? 'traceId' : 'delivered');
      const theirs = route.paths[path]![method]!;
      expect(call.requestBody).toEqual(theirs.requestBody);
      expect(call.parameters).toEqual(theirs.parameters);
      expect(Object.keys(call.responses)).toEqual(expect.arrayContaining(Object.keys(theirs.responses)));
      for (const status of ['200', '202']) expect(call.responses[status]).toEqual(theirs.responses[status]);
    }
    expect(JSON.stringify(body.paths['/v1/pushes']!['post']!.requestBody)).toContain('registeredSince');
  });

  it('is ready when its backends are', async () => {
    const { status, body } = await harness.call('GET', '/readyz', { key: '' });
    expect([status, body.checks]).toEqual([200, { directory: 'ok', membership: 'ok', store: 'ok' }]);
  });
});
