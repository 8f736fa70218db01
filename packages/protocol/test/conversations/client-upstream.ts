import { each, accepted, expectFrames, field, frame, send, sent, SENT, type Case } from './build.ts';
import {
  publishing,
  published,
  sending,
  sentOut,
  answered,
  reply,
  signedIn,
  connectAgain,
} from './client-common.ts';

export const clientUpstream: Case[] = [
  ...each(
    [
      [0, 'ACCEPTED'],
      [2, 'REJECTED'],
      [3, 'REJECTED'],
      [99, 'REJECTED'],
      [4_294_967_295, 'REJECTED'],
    ] as const,
    ([status, outcome]) => ({
      name: `PUBLISHED with status ${status}`,
      steps: [publishing, expectFrames(published), send(reply(accepted('m'), status)), answered(outcome)],
    }),
    { because: 'S3.29', ...signedIn },
  ),
  ...each(
    [
      [0, 'DELIVERED'],
      [1, 'OFFLINE'],
      [2, 'QUEUE_FULL'],
      [4, 'REJECTED'],
      [5, 'REJECTED'],
      [99, 'REJECTED'],
    ] as const,
    ([status, outcome]) => ({
      name: `SENT with status ${status}`,
      steps: [
        sending,
        expectFrames(sentOut),
        send(reply(sent('m', SENT.delivered), status)),
        answered(outcome),
      ],
    }),
    { because: 'S3.29', ...signedIn },
  ),
  {
    name: 'PUBLISHED retry: sent again with the same message_id',
    because: 'S3.20',
    ...signedIn,
    steps: [
      publishing,
      expectFrames(published),
      send(reply(accepted('m'), 1)),
      expectFrames(published),
      send(reply(accepted('m'), 0)),
      answered('ACCEPTED'),
    ],
  },
  {
    name: 'SENT retry: sent again with the same message_id',
    because: 'S3.22',
    ...signedIn,
    steps: [
      sending,
      expectFrames(sentOut),
      send(reply(sent('m', 0), 3)),
      expectFrames(sentOut),
      send(reply(sent('m', 0), 0)),
      answered('DELIVERED'),
    ],
  },
  {
    name: 'PUBLISH without answer is sent again after the reconnect',
    because: 'S3.21',
    ...signedIn,
    steps: [
      publishing,
      expectFrames(published),
      ...connectAgain,
      expectFrames(published),
      send(reply(accepted('m'), 0)),
      answered('ACCEPTED'),
    ],
  },
  {
    name: 'SEND without answer is sent again after the reconnect',
    because: 'S3.21',
    ...signedIn,
    steps: [
      sending,
      expectFrames(sentOut),
      ...connectAgain,
      expectFrames(sentOut),
      send(reply(sent('m', 0), 0)),
      answered('DELIVERED'),
    ],
  },
  {
    name: 'half an answer is no answer',
    because: 'S3.21',
    ...signedIn,
    steps: [
      publishing,
      expectFrames(published),
      send('06050a'),
      ...connectAgain,
      expectFrames(published),
      send(reply(accepted('m'), 0)),
      answered('ACCEPTED'),
    ],
  },
  {
    name: 'an answer with unknown fields and a detail',
    because: 'S4.3',
    ...signedIn,
    steps: [
      publishing,
      expectFrames(published),
      send(frame('PUBLISHED', `7801${field(1, 'm')}${field(3, 'fine')}`)),
      answered('ACCEPTED'),
    ],
  },
  {
    name: 'a DELIVER before the answer',
    because: 'S3.26',
    ...signedIn,
    steps: [
      publishing,
      expectFrames(published),
      send(frame('DELIVER', field(2, 'd')), reply(accepted('m'), 0)),
      answered('ACCEPTED'),
      { received: [{ message_id: 'd' }] },
    ],
  },
];
