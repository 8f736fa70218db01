import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PushResultsPage, PushSummary } from '@longwire/cluster';
import type { ProblemBody } from '@longwire/service-kit';
import { Harness, names, otherOperator, viewer } from './harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await Harness.start();
  const node = await harness.addNode('node-1');
  await node.add(names('online', 30));
});
afterAll(() => harness.stop());

const payload = { text: 'hello' };
const audience = { clientIds: ['online-1'] };

describe('an idempotency key', () => {
  const post = (body: unknown, idempotencyKey: string, key?: string) =>
    harness.call<PushSummary & ProblemBody>('POST', '/v1/pushes', {
      body,
      headers: { 'idempotency-key': idempotencyKey },
      ...(key !== undefined && { key }),
    });

  it('makes the same request the same push', async () => {
    const first = await post({ audience, payload }, 'same');
    const again = await post({ payload, audience, delivery: 'acknowledged' }, 'same');
    expect([first.status, again.status]).toEqual([202, 200]);
    expect(again.body.pushId).toBe(first.body.pushId);
    expect(again.headers.get('location')).toBe(`/v1/pushes/${first.body.pushId}`);
  });

  it('makes one push of requests that come at the same moment', async () => {
    const body = { audience: { clientIds: ['online-2'] }, payload };
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(body, 'together')));
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(1);
    expect(new Set(answers.map((answer) => answer.body.pushId)).size).toBe(1);
    await harness.ended(answers[0]!.body.pushId);
    const received = [...harness.nodes[0]!.received].filter(([key]) => key.endsWith(' online-2'));
    expect(received.map(([, count]) => count)).toEqual([1]);
  });

  it.each([
    ['another audience', { audience: { clientIds: ['online-3'] }, payload }],
    ['another payload', { audience, payload: { text: 'bye' } }],
    ['another delivery', { audience, payload, delivery: 'live' }],
  ])('refuses %s under the same key', async (what, body) => {
    const key = `conflict ${what}`;
    expect((await post({ audience, payload }, key)).status).toBe(202);
    const { status, body: problem } = await post(body, key);
    expect([status, problem.code]).toEqual([422, 'idempotency-conflict']);
  });

  it('belongs to the API key of the caller', async () => {
    const mine = await post({ audience, payload }, 'shared');
    const theirs = await post({ audience: { everyone: true }, payload }, 'shared', otherOperator.key);
    expect([mine.status, theirs.status]).toEqual([202, 202]);
  });

  it('is 1 to 200 printable characters', async () => {
    expect((await post({ audience, payload }, 'k'.repeat(200))).status).toBe(202);
    const { status, body } = await post({ audience, payload }, 'k'.repeat(201));
    expect([status, body.code]).toEqual([400, 'invalid-request']);
  });
});

describe('who may push', () => {
  it('is an operator; a viewer may watch', async () => {
    const { body } = await harness.push(audience);
    const watched = await harness.call('GET', `/v1/pushes/${body.pushId}`, { key: viewer.key });
    expect(watched.status).toBe(200);
    const refused = await harness.call('POST', '/v1/pushes', {
      key: viewer.key,
      body: { audience, payload },
    });
    expect([refused.status, refused.body.code]).toEqual([403, 'forbidden']);
    for (const key of ['', 'lwk_nobody']) {
      const unknown = await harness.call('POST', '/v1/pushes', { key, body: { audience, payload } });
      expect([unknown.status, unknown.body.code]).toEqual([401, 'unauthorized']);
    }
  });

  it('keeps the node API for the cluster', async () => {
    expect((await harness.call('GET', '/node/v1/calls', {})).status).toBe(401);
  });
});

describe('a request that is wrong', () => {
  const full = 'A'.repeat(Math.ceil((60 * 1024) / 3) * 4);
  it.each([
    ['no audience', { payload }, '/audience'],
    ['an empty audience', { audience: {}, payload }, '/audience'],
    ['two audiences', { audience: { everyone: true, clientIds: ['a'] }, payload }, '/audience'],
    ['an empty list', { audience: { clientIds: [] }, payload }, '/audience/clientIds'],
    ['an id with a blank', { audience: { clientIds: ['a', 'b c'] }, payload }, '/audience/clientIds/1'],
    [
      'an id of 129',
      { audience: { clientIds: ['a', 'b', 'c'.repeat(129)] }, payload },
      '/audience/clientIds/2',
    ],
    ['an id that is a number', { audience: { clientIds: [7] }, payload }, '/audience/clientIds/0'],
    ['nobody', { audience: { everyone: false }, payload }, '/audience/everyone'],
    [
      'no such day',
      { audience: { registeredSince: '2026-02-30T00:00:00Z' }, payload },
      '/audience/registeredSince',
    ],
    [
      'a time without zone',
      { audience: { registeredSince: '2026-02-01T00:00:00' }, payload },
      '/audience/registeredSince',
    ],
    [
      'a time before 1970',
      { audience: { registeredSince: '1969-12-31T00:00:00Z' }, payload },
      '/audience/registeredSince',
    ],
    ['no payload', { audience }, '/payload'],
    ['an empty payload', { audience, payload: {} }, '/payload'],
    ['two payloads', { audience, payload: { text: 'a', base64: 'YQ==' } }, '/payload'],
    ['61,441 bytes of text', { audience, payload: { text: 'é'.repeat(30_720) + 'a' } }, '/payload'],
    ['61,443 bytes of base64', { audience, payload: { base64: `${full}AAAA` } }, '/payload/base64'],
    ['base64 of the web', { audience, payload: { base64: 'a-_a' } }, '/payload/base64'],
    ['base64 without padding', { audience, payload: { base64: 'YQ' } }, '/payload/base64'],
    ['half a character', '{"audience":{"everyone":true},"payload":{"text":"\\ud800"}}', '/payload/text'],
    ['an unknown delivery', { audience, payload, delivery: 'twice' }, '/delivery'],
    ['an unknown property', { audience, payload, urgent: true }, '/urgent'],
  ])('is told where: %s', async (_, body, path) => {
    const { status, body: problem } = await harness.call('POST', '/v1/pushes', { body });
    expect([status, problem.code]).toEqual([400, 'invalid-request']);
    expect(problem.errors?.map((error) => error.path)).toEqual([path]);
  });

  it('is told every position, up to a few', async () => {
    const clientIds = names('id', 50).map((id, index) => (index % 20 === 3 ? `${id} ` : id));
    const { body } = await harness.call('POST', '/v1/pushes', { body: { audience: { clientIds }, payload } });
    expect(body.errors?.map(({ path }) => path)).toEqual([3, 23, 43].map((i) => `/audience/clientIds/${i}`));
  });

  it('is refused when it has 100,001 targets or is no JSON', async () => {
    const many = { audience: { clientIds: names('id', 100_001) }, payload };
    const { status, body } = await harness.call('POST', '/v1/pushes', { body: many });
    expect([status, body.errors?.map(({ path }) => path)]).toEqual([400, ['/audience/clientIds']]);
    const text = await harness.call('POST', '/v1/pushes', { body: '{"audience":' });
    expect([text.status, text.body.code]).toEqual([400, 'malformed-body']);
    const huge = await harness.call('POST', '/v1/pushes', { body: ' '.repeat(16 * 1024 * 1024 + 1) });
    expect([huge.status, huge.body.code]).toEqual([413, 'body-too-large']);
  });

  it('may be as large as the limits say', async () => {
    const clientIds = names('x'.repeat(120), 100_000);
    const body = { audience: { clientIds }, payload: { base64: full } };
    const { status, body: push } = await harness.call<PushSummary>('POST', '/v1/pushes', { body });
    expect([status, push.targets]).toEqual([202, 100_000]);
    expect((await harness.ended(push.pushId)).totals.offline).toBe(100_000);
  });
});

describe('the results of a push', () => {
  it('come page by page, each target once', async () => {
    const online = names('online', 25);
    const { pushId } = await harness.pushed({ clientIds: [...online, ...names('absent', 7)] });
    for (const limit of [1, 7, 32, 1000]) {
      const results = await harness.allResults(pushId, `limit=${limit}`);
      expect(new Set(results.map(({ clientId }) => clientId)).size).toBe(32);
      expect(results).toHaveLength(32);
    }
    const offline = await harness.allResults(pushId, 'outcome=offline&limit=3');
    expect(offline.map(({ clientId }) => clientId)).toEqual(names('absent', 7));
    const { body } = await harness.call<PushResultsPage>('GET', `/v1/pushes/${pushId}/results`);
    expect(body.nextCursor).toBeNull();
  });

  it.each([
    ['limit=0', 'invalid-request'],
    ['limit=1001', 'invalid-request'],
    ['outcome=lost', 'invalid-request'],
    ['order=up', 'invalid-request'],
    ['cursor=nonsense', 'invalid-cursor'],
  ])('refuses %s', async (query, code) => {
    const { body } = await harness.push(audience);
    const answer = await harness.call('GET', `/v1/pushes/${body.pushId}/results?${query}`);
    expect([answer.status, answer.body.code]).toEqual([400, code]);
  });

  it('are those of no push where there is none', async () => {
    for (const path of ['/v1/pushes/push-none', '/v1/pushes/push-none/results']) {
      const { status, body } = await harness.call('GET', path);
      expect([status, body.code]).toEqual([404, 'push-not-found']);
    }
  });
});

describe('what every service has', () => {
  it('describes the public API and not the one of nodes', async () => {
    const { body } = await harness.call<{ paths: Record<string, unknown> }>('GET', '/openapi.json');
    const paths = Object.keys(body.paths);
    expect(paths).toEqual(
      expect.arrayContaining(['/v1/pushes', '/v1/pushes/{pushId}', '/v1/pushes/{pushId}/results']),
    );
    expect(paths.filter((path) => path.startsWith('/node'))).toEqual([]);
  });

  it('is ready when its backends are', async () => {
    const { status, body } = await harness.call<{ checks: object }>('GET', '/readyz', { key: '' });
    expect([status, body.checks]).toEqual([200, { directory: 'ok', membership: 'ok', store: 'ok' }]);
  });

  it('counts pushes and targets', async () => {
    await harness.pushed({ clientIds: ['online-4', 'nobody'] });
    const response = await fetch(`${harness.route.url}/metrics`, {
      headers: { authorization: `Bearer ${viewer.key}` },
    });
    const text = await response.text();
    expect(text).toMatch(/longwire_pushes_finished_total\{audience="clients",state="done",.*\} [1-9]/);
    expect(text).toMatch(/longwire_push_targets_total\{outcome="delivered",reason="",.*\} [1-9]/);
  });
});
