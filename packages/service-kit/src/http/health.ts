import { Type } from 'typebox';
import { withDeadline } from '../lifecycle/deadline.ts';
import { Problem, problemResponses } from '../problem/problem.ts';
import type { HttpServer } from './server.ts';

export type ReadinessChecks = Readonly<Record<string, () => Promise<void>>>;
type Outcomes = Record<string, 'ok' | 'failed'>;

const checkDeadlineMs = 2000;
/** Probes of many balancers together must not become load on the backends. */
const cacheMs = 1000;

/** /livez: the process answers. /readyz: everything that it needs answers as well. Open to all: they tell only names. */
export function serveHealth(app: HttpServer, checks: ReadinessChecks): void {
  // Every service has these routes, and some have no other that answers JSON: they do without what compiles schemas.
  const serializerCompiler = (): typeof JSON.stringify => JSON.stringify;
  app.get(
    '/livez',
    {
      logLevel: 'warn',
      serializerCompiler,
      schema: {
        summary: 'Is the process alive',
        response: { 200: Type.Object({ status: Type.Literal('ok') }) },
      },
    },
    async () => ({ status: 'ok' as const }),
  );

  let cached: { readonly untilMs: number; readonly outcomes: Promise<Outcomes> } | null = null;
  const readiness = (): Promise<Outcomes> => {
    // Valid from when the checks were started, so that slow ones run at most once at a time.
    if (cached === null || performance.now() >= cached.untilMs) {
      const outcomes = runChecks(app, checks);
      cached = { untilMs: Infinity, outcomes };
      void outcomes.then(() => (cached = { untilMs: performance.now() + cacheMs, outcomes }));
    }
    return cached.outcomes;
  };

  app.get(
    '/readyz',
    {
      logLevel: 'warn',
      serializerCompiler,
      schema: {
        summary: 'Can the service do its work',
        response: {
          200: Type.Object({
            status: Type.Literal('ok'),
            checks: Type.Record(Type.String(), Type.Enum(['ok', 'failed'])),
          }),
          ...problemResponses('not-ready'),
        },
      },
    },
    async () => {
      const outcomes = await readiness();
      const failed = Object.keys(outcomes).filter((name) => outcomes[name] === 'failed');
      if (failed.length > 0) {
        throw new Problem('not-ready', `Not answering: ${failed.join(', ')}`, { checks: outcomes });
      }
      return { status: 'ok' as const, checks: outcomes };
    },
  );
}

async function runChecks(app: HttpServer, checks: ReadinessChecks): Promise<Outcomes> {
  const run = async ([name, check]: [string, () => Promise<void>]): Promise<[string, 'ok' | 'failed']> => {
    try {
      await withDeadline(check(), checkDeadlineMs, `readiness check ${name}`);
      return [name, 'ok'];
    } catch (error) {
      app.log.warn({ err: error, check: name }, 'readiness check failed');
      return [name, 'failed'];
    }
  };
  return Object.fromEntries(await Promise.all(Object.entries(checks).map(run)));
}
