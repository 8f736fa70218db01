import { networkOf, Problem, type Guard, type Metrics } from '@longwire/service-kit';
import type { RequestRates } from './request-rates.ts';

/** Those who are refused together should not come back together. */
const SPREAD_SECONDS = 5;

export type LimitedCounter = ReturnType<typeof limitedCounter>;

export function limitedCounter(metrics: Metrics) {
  return metrics.counter(
    'longwire_auth_requests_limited_total',
    'Requests refused with 429: too many from one address, or a wait after wrong secrets',
    ['reason'],
  );
}

/** An onRequest hook: refuses an address that has used up its share, before its body is read. */
export function limitRequests(rates: RequestRates, limited: LimitedCounter): Guard {
  return async (request) => {
    if (rates.take(networkOf(request.ip), performance.now())) return;
    limited.inc({ reason: 'address' });
    throw tooManyRequests('Too many requests come from this address', 1 + Math.random() * SPREAD_SECONDS);
  };
}

/** @param afterSeconds rounded up to whole ones, as Retry-After has them. */
export function tooManyRequests(detail: string, afterSeconds: number): Problem {
  return new Problem('too-many-requests', detail, {
    headers: { 'retry-after': `${Math.ceil(afterSeconds)}` },
  });
}
