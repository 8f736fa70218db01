import {
  bearerToken,
  networkOf,
  Problem,
  type ApiKeys,
  type Guard,
  type Metrics,
} from '@longwire/service-kit';
import type { RequestRates } from './request-rates.ts';

const SPREAD_SECONDS = 5;

export type LimitedCounter = ReturnType<typeof limitedCounter>;

export function limitedCounter(metrics: Metrics) {
  return metrics.counter(
    'longwire_auth_requests_limited_total',
    'Requests refused with 429: too many from one address, too many of one client, or a wait after wrong secrets',
    ['reason'],
  );
}

/** What the tables of the limits had no room for, by table. */
export function forgottenCounter(metrics: Metrics) {
  return metrics.counter(
    'longwire_auth_limits_forgotten_total',
    'What was forgotten before its time, because too many others came: a share in use begins anew, a wait ends',
    ['limit'],
  );
}

/** An onRequest hook: refuses an address that has used up its share, before its body is read. Operators have no share. */
export function limitRequests(rates: RequestRates, limited: LimitedCounter, operators: ApiKeys): Guard {
  return async (request) => {
    const credential = bearerToken(request.headers.authorization);
    if (credential !== null && operators.find(credential)?.role === 'operator') return;
    if (rates.take(networkOf(request.ip), performance.now())) return;
    limited.inc({ reason: 'address' });
    throw tooManyRequests('Too many requests come from this address', soonSeconds());
  };
}

/** A second, and a few more: those who are refused together should not come back together. */
export function soonSeconds(): number {
  return 1 + Math.random() * SPREAD_SECONDS;
}

/** @param afterSeconds rounded up to whole ones, as Retry-After has them. */
export function tooManyRequests(detail: string, afterSeconds: number): Problem {
  return new Problem('too-many-requests', detail, {
    headers: { 'retry-after': `${Math.ceil(afterSeconds)}` },
  });
}
