/**
 * Every reason for which a connection ends: the one catalogue that server, SDK, metrics and SPEC.md use. The range says what the client does:
 *
 * - 1000-1999: reconnect after a backoff, with the token it has.
 * - 2000-2999: sign in again (new token, new choice of node), then connect.
 * - 3000-3999: stay away until a person or the application says otherwise.
 */
export const closeCodes = {
  serverStopping: { code: 1000, meaning: 'the node is stopping and knows no other' },
  idleTimeout: { code: 1001, meaning: 'nothing came from the client for the idle timeout' },
  loginTimeout: { code: 1002, meaning: 'no complete CONNECT before the login deadline' },
  slowConsumer: { code: 1003, meaning: 'the client does not read; its write queue is full' },
  overloaded: { code: 1004, meaning: 'the node takes no more connections now' },
  backendUnavailable: { code: 1005, meaning: 'the node could not record the login' },
  internalError: { code: 1006, meaning: 'the node failed' },
  rateLimited: { code: 1007, meaning: 'the client sends more frames a second than the node takes from one' },
  reconnectingTooOften: { code: 1008, meaning: 'the client has logged in too often lately' },
  frameTimeout: { code: 1009, meaning: 'a frame was begun and did not become whole in time' },

  tokenInvalid: { code: 2000, meaning: 'the token is malformed, unsigned or not for this cluster' },
  tokenExpired: { code: 2001, meaning: 'the token has expired' },
  tokenRevoked: { code: 2002, meaning: 'the token was revoked' },
  goElsewhere: { code: 2003, meaning: 'this node no longer serves the client; ask for another' },

  goodbye: { code: 3000, meaning: 'the client is done' },
  replaced: { code: 3001, meaning: 'the same client signed in on a newer connection' },
  kicked: { code: 3002, meaning: 'an operator closed the connection' },
  expectedConnect: { code: 3003, meaning: 'the first frame was not CONNECT' },
  unsupportedVersion: { code: 3004, meaning: 'no protocol version in common' },
  malformedFrame: { code: 3005, meaning: 'the bytes are not a frame of this protocol' },
  frameTooLarge: { code: 3006, meaning: 'the frame is larger than the limit in force' },
  unsupportedFeature: { code: 3007, meaning: 'a flag or critical extension that this version does not have' },
  unexpectedFrame: { code: 3008, meaning: 'a frame that is not allowed in this state or direction' },
  invalidField: { code: 3009, meaning: 'a field breaks the rules of its message' },
  tooManyInFlight: { code: 3010, meaning: 'more unanswered frames than the limit in force' },
} as const satisfies Record<string, { code: number; meaning: string }>;

export type CloseName = keyof typeof closeCodes;

/** What the range of a code asks of the client. */
export type CloseAdvice = 'reconnect' | 'sign-in-again' | 'stay-away';

/** Codes outside every range are treated as `reconnect`: a newer server may have added them. */
export function closeAdvice(code: number): CloseAdvice {
  if (code >= 2000 && code <= 2999) return 'sign-in-again';
  if (code >= 3000 && code <= 3999) return 'stay-away';
  return 'reconnect';
}

const namesByCode = new Map<number, CloseName>(
  Object.entries(closeCodes).map(([name, { code }]) => [code, name as CloseName]),
);

/** The catalogue's name of a code, or null for a code that this version does not know. */
export function closeName(code: number): CloseName | null {
  return namesByCode.get(code) ?? null;
}
