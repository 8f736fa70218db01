/**
 * Why a call to a node has failed. 'unsent': there was no connection, or too much was under way, so the node knows nothing of it. 'lost': the
 * connection ended before the answer. 'deadline': there was no answer in time. 'status': the node refused it, or failed. 'unreadable': the answer
 * makes no sense.
 */
export type CallFailure = 'unsent' | 'lost' | 'deadline' | 'status' | 'unreadable';

export class CallFailed extends Error {
  override readonly name: string = 'CallFailed';
  readonly reason: CallFailure;

  constructor(reason: CallFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}
