import { Problem } from '../problem/problem.ts';
import type { HttpServer } from './server.ts';

/** Answers 405 with `Allow` where the address exists under another method, and 404 where it does not. */
export function rejectUnknownRoutes(app: HttpServer): void {
  const methodsByPath = new Map<string, { pattern: RegExp; methods: Set<string> }>();
  app.addHook('onRoute', ({ url, method }) => {
    const route = methodsByPath.get(url) ?? { pattern: patternOf(url), methods: new Set<string>() };
    for (const each of [method].flat()) route.methods.add(each);
    methodsByPath.set(url, route);
  });
  app.setNotFoundHandler((request) => {
    const path = request.url.split('?', 1)[0]!;
    const methods = [...methodsByPath.values()]
      .filter(({ pattern }) => pattern.test(path))
      .flatMap((route) => [...route.methods]);
    if (methods.length === 0) throw new Problem('not-found', 'There is nothing at this address');
    const allow = [...new Set(methods)].sort().join(', ');
    throw new Problem('method-not-allowed', `This address takes ${allow}`, { headers: { allow } });
  });
}

function patternOf(url: string): RegExp {
  const escaped = url.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replace(/:\w+/g, '[^/]+').replaceAll('*', '.*')}$`);
}
