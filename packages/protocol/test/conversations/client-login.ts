import {
  each,
  end,
  expectFrames,
  extended,
  field,
  frame,
  send,
  sized,
  type Case,
  type Part,
} from './build.ts';
import { awaitConnect, reconnects, welcomeBody, acknowledged, login } from './client-common.ts';

export const clientLogin: Case[] = [
  {
    name: 'CONNECTED',
    because: 'S1.7',
    ...login,
    steps: [awaitConnect, send(frame('CONNECTED', welcomeBody))],
  },
  ...each(
    [1, 2, 3],
    (chunkBytes) => ({
      name: `CONNECTED, ${chunkBytes} bytes at a time`,
      steps: [awaitConnect, { send: [frame('CONNECTED', welcomeBody)], chunkBytes }],
    }),
    { because: 'S5.1', ...login },
  ),
  {
    name: 'CONNECTED with unknown fields, in another order',
    because: 'S4.3',
    ...login,
    steps: [awaitConnect, send(frame('CONNECTED', `a20603616263${welcomeBody}a80601`))],
  },
  {
    name: 'CONNECTED with an unknown extension field',
    because: 'S2.15',
    ...login,
    steps: [awaitConnect, send(extended('CONNECTED', '0a01ff', welcomeBody))],
  },
  {
    name: 'CONNECTED of 4,096 bytes, the limit',
    because: 'S2.5',
    ...login,
    steps: [
      awaitConnect,
      send(frame('CONNECTED', `${welcomeBody}a206${sized('61'.repeat(4096 - welcomeBody.length / 2 - 4))}`)),
    ],
  },
  {
    name: 'CONNECTED with a DELIVER right behind it',
    because: 'S2.1',
    ...login,
    steps: [
      awaitConnect,
      send(frame('CONNECTED', welcomeBody), frame('DELIVER', `0807${field(2, 'm')}`)),
      acknowledged(7),
      { received: [{ message_id: 'm' }] },
    ],
  },
  {
    name: 'a quiet client sends PING, and a PONG keeps it',
    because: 'S3.6',
    ...login,
    steps: [
      awaitConnect,
      send(heartbeat(500)),
      expectFrames({ type: 'PING', message: {} }),
      send('0400'),
      expectFrames({ type: 'PING', message: {} }),
      send('0400'),
    ],
  },
  {
    name: 'a PONG with bytes in it is a PONG',
    because: 'S2.13',
    ...login,
    steps: [
      awaitConnect,
      send(heartbeat(500)),
      expectFrames({ type: 'PING', message: {} }),
      send('0403ffffff'),
      expectFrames({ type: 'PING', message: {} }),
      send('0400'),
    ],
  },
  {
    name: 'a server that does not answer PING is taken for dead',
    because: 'S3.8',
    ...login,
    steps: [awaitConnect, send(heartbeat(500)), expectFrames({ type: 'PING', message: {} }), end, reconnects],
  },
];

function heartbeat(intervalMs: number): Part {
  return {
    type: 'CONNECTED',
    message: {
      version: 1,
      connection: 'n/0/1',
      heartbeat_interval_ms: intervalMs,
      idle_timeout_ms: 150_000,
      limits: { max_frame_bytes: 65_536, max_in_flight: 16 },
      token_expires_at_ms: 4_000_000_000_000,
    },
  };
}
