/**
 * Every problem that a Longwire API answers with. The code is stable: clients may decide by it. docs/errors.md lists
 * the same, held equal by a test.
 */
export const problemCatalogue = {
  'invalid-request': { status: 400, title: 'The request does not match its schema' },
  'malformed-body': { status: 400, title: 'The body is not what its content type says' },
  'malformed-request': { status: 400, title: 'The request cannot be read as HTTP' },
  'invalid-cursor': { status: 400, title: 'The cursor is not one that was handed out' },
  unauthorized: { status: 401, title: 'A valid credential is needed' },
  'invalid-credentials': { status: 401, title: 'The client id or its secret is wrong' },
  'token-refused': { status: 401, title: 'The token is not valid' },
  'token-revoked': { status: 401, title: 'The token has been revoked' },
  forbidden: { status: 403, title: 'The credential does not allow this' },
  'not-found': { status: 404, title: 'There is nothing at this address' },
  'client-not-found': { status: 404, title: 'There is no such client' },
  'push-not-found': { status: 404, title: 'There is no such push' },
  'node-not-found': { status: 404, title: 'There is no such push-server' },
  'method-not-allowed': { status: 405, title: 'The address does not take this method' },
  'request-timeout': { status: 408, title: 'The request did not arrive in time' },
  'client-taken': { status: 409, title: 'The client id is registered already' },
  'only-node': { status: 409, title: 'It is the only active push-server' },
  'drain-refused': { status: 409, title: 'The push-server does not end by a call' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'url-too-long': { status: 414, title: 'A part of the address is too long' },
  'unsupported-media-type': { status: 415, title: 'The content type is not supported' },
  'idempotency-conflict': { status: 422, title: 'The idempotency key was used for another request' },
  'upgrade-required': { status: 426, title: 'The address is for upgraded connections' },
  'too-many-requests': { status: 429, title: 'Too many requests; wait before the next' },
  'headers-too-large': { status: 431, title: 'The header fields are too large' },
  internal: { status: 500, title: 'Something went wrong on the server' },
  'upstream-failed': { status: 502, title: 'Another service of the cluster answered wrongly' },
  'not-ready': { status: 503, title: 'The service is not ready' },
  'dependency-unavailable': { status: 503, title: 'A backend did not answer in time' },
  'no-push-server': { status: 503, title: 'No push-server is active' },
  overloaded: { status: 503, title: 'The service has no room for more work' },
  'deadline-exceeded': { status: 504, title: 'The work was not done in time' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemCode = keyof typeof problemCatalogue;
