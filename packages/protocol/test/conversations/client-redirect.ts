import { accepted, end, expectFrames, frame, send, type Case, type Part } from './build.ts';
import {
  signsIn,
  welcomeBody,
  acknowledged,
  deliver,
  publishing,
  published,
  answered,
  reply,
  signedIn,
  closing,
} from './client-common.ts';

const redirect = (addresses: string[], delayMs = 0): Part => ({
  type: 'REDIRECT',
  message: { ...(addresses.length > 0 ? { addresses } : {}), ...(delayMs > 0 ? { delay_ms: delayMs } : {}) },
});
const atB = { as: 'b', next: 'reconnects' } as const;

export const clientRedirect: Case[] = [
  {
    name: 'REDIRECT to another node, with the token it has',
    because: 'S3.36',
    start: { a: 'signed-in', b: 'elsewhere' },
    steps: [send(redirect(['$address.b'])), end, atB],
  },
  {
    name: 'REDIRECT to the auth-service',
    because: 'S3.36',
    ...signedIn,
    steps: [send(redirect([])), end, signsIn],
  },
  { name: 'REDIRECT with an empty body', because: 'S3.36', ...signedIn, steps: [send('0b00'), end, signsIn] },
  {
    name: 'REDIRECT to a node that is not there and one that is',
    because: 'S3.36',
    start: { a: 'signed-in', b: 'elsewhere' },
    steps: [send(redirect(['127.0.0.1:1', '$address.b'])), end, atB],
  },
  {
    name: 'REDIRECT to a node that is not there and one that is, later',
    because: 'S3.36',
    start: { a: 'signed-in', b: 'elsewhere' },
    steps: [send(redirect(['127.0.0.1:1', '$address.b'], 300)), end, atB],
  },
  {
    name: 'REDIRECT with a delay: until then all goes on',
    because: 'S3.36',
    start: { a: 'signed-in', b: 'elsewhere' },
    steps: [
      send(redirect(['$address.b'], 1500)),
      send(deliver(1, 'm')),
      acknowledged(1),
      { received: [{ message_id: 'm', from: 'alice' }] },
      end,
      { ...atB, notBeforeMs: 0 },
    ],
  },
  {
    name: 'a later REDIRECT takes the place of an earlier one',
    because: 'S3.37',
    start: { a: 'signed-in', b: 'elsewhere' },
    steps: [send(redirect([], 3_600_000)), send(redirect(['$address.b'])), end, atB],
  },
  {
    name: 'a later REDIRECT to the auth-service takes the place of one to a node',
    because: 'S3.37',
    start: { a: 'signed-in', b: 'elsewhere' },
    steps: [send(redirect(['$address.b'], 3_600_000), redirect([])), end, signsIn],
  },
  {
    name: 'REDIRECT, and the connection is lost before its time',
    because: 'S3.36',
    start: { a: 'signed-in', b: 'elsewhere' },
    steps: [send(redirect(['$address.b'], 3_600_000)), { quietMs: 50 }, send(closing(2003)), end, signsIn],
  },
  {
    name: 'a message without answer goes to the new node',
    because: 'S3.21',
    start: { a: 'signed-in', b: 'elsewhere' },
    steps: [
      publishing,
      expectFrames(published),
      send(redirect(['$address.b'])),
      end,
      atB,
      { as: 'b', ...send(frame('CONNECTED', welcomeBody)) },
      { as: 'b', ...expectFrames(published) },
      { as: 'b', ...send(reply(accepted('m'), 0)) },
      answered('ACCEPTED'),
    ],
  },
];
