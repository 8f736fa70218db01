import type { Metrics } from '../metrics/metrics.ts';
import type { HttpServer } from './server.ts';

export const requestSecondsName = 'longwire_http_request_seconds';

/** One log line and one measurement per request. The query string is in neither: it may hold what must not be kept. */
export function observeRequests(app: HttpServer, metrics: Metrics): void {
  const seconds = metrics.histogram(requestSecondsName, 'Time from the request to the end of its answer', [
    'method',
    'route',
    'status',
  ]);
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown';
    const { method } = request;
    const status = reply.statusCode;
    seconds.observe({ method, route, status }, reply.elapsedTime / 1000);
    const path = request.url.split('?', 1)[0];
    const durationMs = Math.round(reply.elapsedTime * 1000) / 1000;
    // Who is told to wait and does not, must not fill the log: there is a counter.
    request.log[status === 429 ? 'debug' : 'info'](
      { method, path, status, durationMs, ...(request.apiKeyName !== null && { by: request.apiKeyName }) },
      'request',
    );
  });
}
