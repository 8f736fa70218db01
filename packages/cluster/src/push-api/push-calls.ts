import { Type } from 'typebox';
import {
  pushHeaders,
  pushReport,
  pushRequest,
  pushResultsPage,
  pushResultsQuery,
  pushSummary,
} from './push-schemas.ts';

/** What a POST may bring: 100,000 of the longest ids fit in. */
export const maxPushBodyBytes = 16 * 1024 * 1024;

const pushPath = Type.Object({
  pushId: Type.String({
    pattern: '^[A-Za-z0-9._:@-]{1,64}$',
    description: 'as POST /v1/pushes answered it',
  }),
});

/** Each call by what it takes and answers. Whoever serves one adds its credentials and problems. */
export const pushCalls = {
  /** `POST /v1/pushes` */
  push: {
    summary: 'Push a message to clients',
    description: 'Answers at once; how the push goes is told by GET /v1/pushes/{pushId}.',
    headers: pushHeaders,
    body: pushRequest,
    response: {
      202: { ...pushSummary, description: 'The push is accepted' },
      200: { ...pushSummary, description: 'The push that the same key asked for before' },
    },
  },
  /** `GET /v1/pushes/:pushId` */
  report: {
    summary: 'How a push goes',
    params: pushPath,
    response: { 200: pushReport },
  },
  /** `GET /v1/pushes/:pushId/results` */
  results: {
    summary: 'What became of a push for each target',
    description: 'In the order of the client ids. A push to everyone has results per node, not per target.',
    params: pushPath,
    querystring: pushResultsQuery,
    response: { 200: pushResultsPage },
  },
};
