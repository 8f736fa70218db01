import { Problem } from '@longwire/service-kit';
import { Type } from 'typebox';

export const time = Type.String({ format: 'date-time', description: 'RFC 3339' });

export function toRfc3339(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

/** Milliseconds since 1970 of a query's time. Throws an `invalid-request` problem for one before 1970. */
export function fromRfc3339(name: string, text: string): number {
  const timeMs = Date.parse(text);
  if (timeMs >= 0) return timeMs;
  throw new Problem('invalid-request', 'The query does not match its schema', {
    errors: [{ path: `/${name}`, given: text, allowed: 'a time since 1970 as RFC 3339 has it' }],
  });
}
