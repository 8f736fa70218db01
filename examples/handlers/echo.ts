/**
 * Business code in a push-server, for upstream messages of one kind. Load it with
 *
 *   LONGWIRE_PUSH_HANDLER_MODULES=./examples/handlers/echo.ts npm start
 *
 * and send with `npx longwire publish --from my-device --kind echo hello`.
 */
import type { UpstreamHandler } from '@longwire/push-server';

/** Says on the server what clients say, refuses silence, and passes the rest on to the upstream log in capitals. */
const echo: UpstreamHandler = async (message, next) => {
  const text = Buffer.from(message.payload).toString();
  if (text.trim() === '') return { status: 'rejected', detail: 'there is nothing to echo' };
  console.error(`${message.clientId} says: ${text}`);
  return next({ ...message, payload: Buffer.from(text.toUpperCase()) });
};

/** Handlers by kind. A kind without one goes to the upstream log as it is. */
export const upstreamHandlers: Record<string, UpstreamHandler> = { echo };
