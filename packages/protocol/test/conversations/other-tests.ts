import type { RuleId } from './rules.ts';

/** A test that keeps a rule, beside or instead of conversations: its file from packages/, and words of its title. */
type NamedTest = readonly [file: string, title: string];

export const otherTests: { readonly [Rule in RuleId]?: readonly NamedTest[] } = {
  'S1.1': [
    [
      'auth-service/test/sign-in.test.ts',
      'answers a token that a push-server takes, its expiry, a node and two more',
    ],
  ],
  'S1.2': [
    [
      'auth-service/test/sign-in.test.ts',
      'answers a token that a push-server takes, its expiry, a node and two more',
    ],
  ],
  'S1.3': [['auth-service/test/sign-in.test.ts', 'says where a body is wrong and hides the secret']],
  'S1.4': [
    ['auth-service/test/sign-in.test.ts', 'answers an unknown client and a wrong secret alike'],
    ['auth-service/test/node-choice.test.ts', 'is answered 503 with Retry-After while none is active'],
    ['sdk/test/client.test.ts', 'an auth-service that is busy is asked again'],
  ],
  'S1.5': [
    ['sdk/test/client.test.ts', 'a refused sign-in ends connect with the problem, and is not repeated'],
  ],
  'S1.11': [
    [
      'sdk/test/renewal.test.ts',
      'falls back on the secret when the token is refused, and asks again while nobody answers',
    ],
  ],
  'S1.6': [['sdk/test/client.test.ts', 'an alternative is taken when the first node cannot be reached']],
  'S1.8': [['protocol/test/limits.test.ts', 'takes its alphabet and nothing else']],
  'S1.9': [
    ['push-server/test/one-session.test.ts', 'leave the newest, again and again'],
    ['sdk/test/real-server.test.ts', 'a newer login of the same client replaces the older, which stays away'],
  ],
  'S1.10': [
    [
      'sdk/test/tls.test.ts',
      'the name in the certificate counts, which may be another than that of the address',
    ],
    ['sdk/test/tls.test.ts', 'a certificate of another authority is refused'],
  ],
  'S2.4': [['protocol/test/vectors.test.ts', 'is refused with the same code however it is cut']],
  'S2.5': [['protocol/test/parser.test.ts', 'extension and body count together']],
  'S2.7': [
    ['protocol/test/parser.test.ts', 'holds by what came, not by the length that was promised'],
    ['push-server/test/bad-input.test.ts', 'keeps nothing of lengths that are promised, by however many'],
  ],
  'S2.14': [['protocol/test/vectors.test.ts', 'is refused with the same code however it is cut']],
  'S2.18': [
    ['cli/test/trace.test.ts', 'a published message has one trace id from the push-server to its row'],
  ],
  'S3.2': [
    [
      'push-server/test/limits.test.ts',
      'gives a client until the login deadline for its whole CONNECT, however steadily the bytes come',
    ],
  ],
  'S3.4': [['push-server/test/bad-tokens.test.ts', 'CONNECT and REFRESH with $name are refused']],
  'S3.7': [['push-server/test/limits.test.ts', 'closes a client that is silent for the idle timeout']],
  'S3.8': [['sdk/test/client.test.ts', 'a silent peer is found out even while the client has much to say']],
  'S3.10': [['push-server/test/refresh.test.ts', 'moves the end of the connection, and nothing else']],
  'S3.13': [
    ['push-server/test/refresh.test.ts', 'takes one at a time'],
    ['sdk/test/renewal.test.ts', 'has one REFRESH unanswered at most'],
  ],
  'S3.16': [['sdk/test/revocation.test.ts', 'closes the live connection within 2 s, whichever node has it']],
  'S3.17': [['sdk/test/client.test.ts', 'a client whose token has expired signs in before the reconnect']],
  'S3.18': [
    [
      'push-server/test/refresh.test.ts',
      'while the directory is away nobody is closed for a token that ends, and a newer token is taken',
    ],
  ],
  'S3.21': [
    [
      'sdk/test/client.test.ts',
      'unanswered messages are sent again after a cut in mid-frame, with their ids, in order',
    ],
  ],
  'S3.22': [
    [
      'push-server/test/deliveries.test.ts',
      'is answered QUEUE_FULL while the recipient does not read; others are served',
    ],
  ],
  'S3.24': [
    ['push-server/test/node-calls.test.ts', 'keeps the order per sender and recipient over 5,000 messages'],
  ],
  'S3.28': [
    ['push-server/test/deliveries.test.ts', 'is answered RETRY when nobody acknowledges in time'],
    [
      'push-server/test/upstream-handlers.test.ts',
      'is answered RETRY while the log is away, and accepted afterwards',
    ],
  ],
  'S3.31': [
    ['sdk/test/client.test.ts', 'a message is handed on, then acknowledged; those of one chunk in one frame'],
  ],
  'S3.32': [['sdk/test/small-parts.test.ts', 'remembers exactly its capacity, newest last']],
  'S3.35': [['push-server/test/limits.test.ts', 'does not let a client that reads nothing pile up answers']],
  'S3.36': [
    ['sdk/test/redirect.test.ts', 'a redirect: leaves after the delay, for the first address that works'],
  ],
  'S3.44': [
    ['sdk/test/small-parts.test.ts', 'is anywhere between nothing and a cap that doubles up to its bound'],
  ],
  'S3.48': [['sdk/test/tls.test.ts', 'a client that is redirected goes on over TLS']],
  'S3.49': [
    [
      'push-server/test/pace.test.ts',
      'is not one that keeps to it, or gets many deliveries and acknowledges them',
    ],
  ],
  'S3.50': [['push-server/test/pace.test.ts', 'is closed: %s']],
  'S3.51': [
    [
      'push-server/test/frame-rates.test.ts',
      'counts no acknowledgement that is awaited, and each number that is not',
    ],
  ],
  'S3.56': [
    [
      'sdk/test/real-server.test.ts',
      'publishes at full speed without being closed for it, at the pace that the server tells',
    ],
  ],
  'S3.57': [
    ['push-server/test/frame-rates.test.ts', 'counts a REFRESH as a tenth of the frames of a second'],
    ['push-server/test/pace.test.ts', 'is closed: REFRESH again and again'],
  ],
  'S3.52': [['push-server/test/pace.test.ts', 'has to be whole by its deadline, however steadily it comes']],
  'S3.53': [
    ['push-server/test/edges.test.ts', 'is refused for a while, and only that client'],
    ['push-server/test/flap-guard.test.ts', 'lets a client log in so often in a minute, then refuses it'],
  ],
  'S4.2': [['protocol/test/messages.test.ts', 'a field that has its default is left out']],
  'S5.1': [
    ['protocol/test/vectors.test.ts', 'cut at any byte waits for more, and is the same frame afterwards'],
  ],
  'S5.2': [
    [
      'push-server/test/conversations.test.ts',
      'serves those who behave after each of at least 500 conversations',
    ],
  ],
};
