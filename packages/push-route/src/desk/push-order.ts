import { createHash } from 'node:crypto';
import {
  maxPushPayloadBytes,
  type PushAudience,
  type PushDelivery,
  type PushRequest,
} from '@longwire/cluster';
import { Problem, type ValueProblem } from '@longwire/service-kit';
import type { JobAudience } from '../runner/push-job.ts';

/** A push request whose parts fit together. */
export interface PushOrder {
  readonly audience: JobAudience;
  readonly payload: Uint8Array;
  readonly delivery: PushDelivery;
}

/** Reads a request that its schema accepts. Throws an `invalid-request` problem for what a schema cannot tell. */
export function toPushOrder({ audience, payload, delivery }: PushRequest): PushOrder {
  return { audience: toAudience(audience), payload: toPayload(payload), delivery };
}

/** The audience as the store keeps it: without the ids themselves. */
export function storedAudience(audience: JobAudience): PushAudience {
  return audience.type === 'clients' ? { type: 'clients', count: audience.clientIds.length } : audience;
}

/** SHA-256 over all that makes two requests the same. */
export function hashOfOrder({ audience, payload, delivery }: PushOrder): Uint8Array {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([storedAudience(audience), delivery, payload.length]));
  hash.update(payload);
  if (audience.type === 'clients') hash.update(audience.clientIds.join('\n'));
  return new Uint8Array(hash.digest());
}

function toAudience(audience: PushRequest['audience']): JobAudience {
  const { clientIds, everyone, registeredSince } = audience;
  const given = Object.keys(audience);
  if (given.length !== 1)
    throw invalid({
      path: '/audience',
      given: given.length === 0 ? 'none of them' : given.join(' and '),
      allowed: 'exactly one of clientIds, everyone, registeredSince',
    });
  if (clientIds !== undefined) return { type: 'clients', clientIds: [...new Set(clientIds)] };
  if (everyone !== undefined || registeredSince === undefined) return { type: 'everyone' };
  const sinceMs = Date.parse(registeredSince);
  if (Number.isNaN(sinceMs) || sinceMs < 0)
    throw invalid({
      path: '/audience/registeredSince',
      given: registeredSince,
      allowed: 'a time since 1970 as RFC 3339 has it',
    });
  return { type: 'registered-since', sinceMs };
}

function toPayload(payload: PushRequest['payload']): Uint8Array {
  const { text, base64 } = payload;
  if ((text === undefined) === (base64 === undefined))
    throw invalid({
      path: '/payload',
      given: text === undefined ? 'none of them' : 'both',
      allowed: 'exactly one of text, base64',
    });
  const bytes = text === undefined ? fromBase64(base64 ?? '') : fromText(text);
  if (bytes.length > maxPushPayloadBytes)
    throw invalid({
      path: '/payload',
      given: `${bytes.length} bytes`,
      allowed: `at most ${maxPushPayloadBytes} bytes`,
    });
  return bytes;
}

function fromText(text: string): Uint8Array {
  // JSON can carry half of a surrogate pair, which UTF-8 cannot.
  if (!text.isWellFormed())
    throw invalid({ path: '/payload/text', given: 'half of a surrogate pair', allowed: 'Unicode text' });
  return Buffer.from(text, 'utf8');
}

function fromBase64(base64: string): Uint8Array {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.toString('base64') !== base64)
    throw invalid({ path: '/payload/base64', allowed: 'base64 as RFC 4648 section 4 has it, with padding' });
  return bytes;
}

function invalid(problem: ValueProblem): Problem {
  return new Problem('invalid-request', 'The body does not match its schema', { errors: [problem] });
}
