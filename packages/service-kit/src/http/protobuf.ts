import { Problem } from '../problem/problem.ts';
import type { HttpServer } from './server.ts';

export const protobufType = 'application/x-protobuf';

/** Lets routes of this server (or plugin scope) take bodies of `application/x-protobuf`, as bytes for `decodeProtobuf`. */
export function acceptProtobuf(server: Pick<HttpServer, 'addContentTypeParser'>): void {
  server.addContentTypeParser(protobufType, { parseAs: 'buffer' }, (_request, body: Buffer, done) =>
    done(null, body),
  );
}

/** Decodes a body that `acceptProtobuf` let in; anything else is a `malformed-body` problem. */
export function decodeProtobuf<Message>(
  type: { decode(bytes: Uint8Array): Message },
  body: unknown,
): Message {
  if (!(body instanceof Uint8Array)) throw new Problem('malformed-body', 'The body is not protobuf');
  try {
    return type.decode(body);
  } catch (error) {
    throw new Problem('malformed-body', `The body is not valid protobuf: ${(error as Error).message}`);
  }
}
