import { describe, expect, it } from 'vitest';
import { createLogger } from '../src/index.ts';

function capture() {
  const lines: string[] = [];
  const logger = createLogger({
    service: 'auth-service',
    level: 'info',
    nodeId: 'auth-1',
    destination: { write: (line) => lines.push(line) },
  });
  return { logger, entries: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>), lines };
}

describe('createLogger', () => {
  it('writes one JSON object a line with service, node and trace id', () => {
    const { logger, entries } = capture();
    logger.child({ traceId: 'abc' }).info({ count: 1 }, 'hello');
    logger.debug('not at this level');
    expect(entries()).toHaveLength(1);
    expect(entries()[0]).toMatchObject({
      level: 'info',
      service: 'auth-service',
      nodeId: 'auth-1',
      traceId: 'abc',
      count: 1,
      msg: 'hello',
    });
    expect(Date.parse(entries()[0]?.['time'] as string)).toBeGreaterThan(Date.now() - 60_000);
  });

  it('does not write credentials, at the top or one level down', () => {
    const { logger, lines } = capture();
    logger.info({
      token: 'hidden-1',
      headers: { authorization: 'hidden-2' },
      body: { clientSecret: 'hidden-3' },
    });
    logger.child({ secret: 'hidden-4' }).info('child');
    expect(lines.join('')).not.toContain('hidden-');
    expect(lines.join('')).toContain('(not shown)');
  });

  it('writes an error with its causes, and nothing else that hangs on it', () => {
    const { logger, entries, lines } = capture();
    const cause = Object.assign(new Error('inner'), {
      code: 'ECONNREFUSED',
      command: { args: ['hidden-5'] },
    });
    logger.error({ err: new Error('outer', { cause }) }, 'failed');
    expect(entries()[0]?.['err']).toMatchObject({
      type: 'Error',
      message: 'outer',
      cause: { message: 'inner', code: 'ECONNREFUSED' },
    });
    expect(lines.join('')).not.toContain('hidden-5');
  });
});
