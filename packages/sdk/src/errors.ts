import { closeAdvice, closeName, type CloseAdvice, type CloseName } from '@longwire/protocol';

/** A connection has ended, or could not be made. */
export class ConnectionClosed extends Error {
  override readonly name = 'ConnectionClosed';
  /** The code that the server gave, or null when the line was cut or the server could not be reached. */
  readonly code: number | null;
  /** The protocol catalogue's name of the code; null as above, or for a code that this version does not know. */
  readonly closeName: CloseName | null;
  /** For people: what was wrong. */
  readonly reason: string;
  readonly retryAfterMs: number;
  readonly advice: CloseAdvice;

  constructor(code: number | null, reason: string, retryAfterMs = 0) {
    const name = code === null ? null : closeName(code);
    super(
      code === null ? reason : `closed by the server: ${name ?? 'unknown'} (${code}) ${reason}`.trimEnd(),
    );
    this.code = code;
    this.closeName = name;
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
    this.advice = code === null ? 'reconnect' : closeAdvice(code);
  }
}

/** The auth-service refused the sign-in, or could not be asked. */
export class SignInFailed extends Error {
  override readonly name = 'SignInFailed';
  /** HTTP status, or null when there was no answer. */
  readonly status: number | null;
  /** The stable code of the problem document, or null. */
  readonly code: string | null;
  readonly retryAfterMs: number;
  /** `stay-away` when asking again with the same id and secret cannot help. */
  readonly advice: CloseAdvice;

  constructor(
    message: string,
    answer: { status: number | null; code?: string | null; retryAfterMs?: number; permanent?: boolean },
  ) {
    super(message);
    this.status = answer.status;
    this.code = answer.code ?? null;
    this.retryAfterMs = answer.retryAfterMs ?? 0;
    this.advice = answer.permanent === true ? 'stay-away' : 'sign-in-again';
  }
}

/** `connect` did not succeed in its time; `cause` is the last failure. */
export class ConnectTimeout extends Error {
  override readonly name = 'ConnectTimeout';
}

/** The outbox holds as many messages or bytes as it may: nothing was sent, slow down. */
export class OutboxFull extends Error {
  override readonly name = 'OutboxFull';
}

/** The message was not answered in its time. It may or may not have arrived. */
export class MessageTimeout extends Error {
  override readonly name = 'MessageTimeout';
}

/** The server refused the message for good. */
export class MessageRejected extends Error {
  override readonly name = 'MessageRejected';
}

/** A field breaks the rules of the protocol, or the message is too large. Nothing was sent. */
export class InvalidMessage extends Error {
  override readonly name = 'InvalidMessage';
}

/** `close` was called. What was not answered before may or may not have arrived. */
export class ClientClosed extends Error {
  override readonly name = 'ClientClosed';
}
