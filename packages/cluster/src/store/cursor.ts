import { Type, type Static, type TSchema } from 'typebox';
import { Check } from 'typebox/value';

/** The cursor was not one that this store handed out for this list. */
export class InvalidCursor extends Error {
  override readonly name = 'InvalidCursor';
}

/** Position in the upstream messages: time of receipt and row number. */
export const messageCursor = Type.Tuple([Type.Integer({ minimum: 0 }), Type.Integer({ minimum: 0 })]);
/** Position in the clients: time of registration and client id. */
export const clientCursor = Type.Tuple([Type.Integer({ minimum: 0 }), Type.String({ maxLength: 128 })]);
/** Position in the results of one push: client id. */
export const resultCursor = Type.Tuple([Type.String({ maxLength: 128 })]);

/** Writes the place of a page's last row as an opaque word of `A-Z a-z 0-9 - _`. */
export function encodeCursor(place: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/** Reads a cursor; throws `InvalidCursor` unless it has exactly the shape asked for. */
export function decodeCursor<Shape extends TSchema>(shape: Shape, cursor: string): Static<Shape> {
  const place = parse(cursor);
  if (!Check(shape, place)) throw new InvalidCursor('the cursor is not one that this list handed out');
  return place;
}

function parse(cursor: string): unknown {
  if (!/^[A-Za-z0-9_-]{1,512}$/.test(cursor)) return undefined;
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
}
