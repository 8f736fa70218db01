import {
  end,
  expectFrames,
  field,
  finish,
  frame,
  number,
  send,
  type FramePart,
  type Part,
  type Step,
} from './build.ts';

/*
 * What a client must make of what a server sends, in client-*.ts. The test is the server: `accepted` means that the client has connected and its CONNECT is still
 * to be read.
 */

export const login = { start: 'accepted' } as const;
export const signedIn = { start: 'signed-in' } as const;
export const awaitConnect: Step = expectFrames({
  type: 'CONNECT',
  message: { version_min: 1, version_max: 1, token: '$token' },
});
export const reconnects: Step = { next: 'reconnects' };
export const signsIn: Step = { next: 'signs-in' };
export const staysAway: Step = { next: 'stays-away' };

export const welcomeBody =
  number(1, 1) +
  field(2, 'push-1/0/1') +
  number(3, 60_000) +
  number(4, 150_000) +
  field(5, { hex: number(1, 65_536) + number(2, 16) }) +
  number(6, 4_000_000_000_000);

export const connectAgain: readonly Step[] = [finish, end, reconnects, send(frame('CONNECTED', welcomeBody))];

export function acknowledged(...ids: number[]): Step {
  return expectFrames({ type: 'ACKNOWLEDGE', message: { delivery_ids: ids } });
}

export function deliver(deliveryId: number, messageId: string, sender = 'alice'): string {
  return frame('DELIVER', number(1, deliveryId) + field(2, messageId) + field(3, sender));
}

export const publishing: Step = { do: 'publish', message: { message_id: 'm', kind: 'k', payload: '00ff' } };
export const published: FramePart = {
  type: 'PUBLISH',
  message: { message_id: 'm', kind: 'k', payload: '00ff' },
};
export const sending: Step = { do: 'send', message: { message_id: 'm', to: 'bob', payload: '68c3a9' } };
export const sentOut: FramePart = {
  type: 'SEND',
  message: { message_id: 'm', to: 'bob', payload: '68c3a9' },
};
export const answered = (outcome: string): Step => ({ answered: { message_id: 'm', outcome } });
export const reply = (part: FramePart, status: number): Part => ({
  ...part,
  message: { message_id: 'm', status },
});

export const closing = (code: number, more = ''): string =>
  frame('CLOSE', (code === 0 ? '' : number(1, code)) + more);
