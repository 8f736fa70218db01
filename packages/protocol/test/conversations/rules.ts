/*
 * Every rule of SPEC.md that somebody must keep, with the words in which it is written: cases name one as their reason, and docs/protocol-coverage.md is
 * made of them. A test finds each in SPEC.md, and each sentence of SPEC.md with "must" or "may" here.
 */

export const rules = {
  'S1.1': 'The answer 200 is JSON',
  'S1.2': '`alternatives` is always there and holds up to two further nodes, best first.',
  'S1.3': "The request's content type is `application/json`.",
  'S1.4':
    '401 means wrong credentials and 503 that there is no push-server now; after 408, 429, any 5xx or no answer at all the client tries again',
  'S1.5': 'after any other 4xx it stays away.',
  'S1.11': 'Not so for `POST /v1/tokens/refresh` (section 3): after a 401 there it signs in with its secret.',
  'S1.6': 'if that fails, to the alternatives in order.',
  'S1.10':
    'Over TLS a client must verify the certificate, for the host of the address or a name that it was configured with.',
  'S1.7': 'Send **CONNECT** as the first frame, wait for **CONNECTED**. Nothing else may be sent in between.',
  'S1.8': 'A client id is 1 to 128 characters of `A-Z a-z 0-9 . _ : @ -`.',
  'S1.9': 'One client id has one connection: a newer login closes the older.',

  'S2.1': 'Both directions are a sequence of frames, nothing between them.',
  'S2.2': 'ENCRYPTED: reserved, must be 0',
  'S2.3': 'SIGNED: reserved, must be 0',
  'S2.4': 'unsigned LEB128 of 1 to 4 bytes, as short as possible',
  'S2.5': 'The payload (extension and body together) of a frame before CONNECTED may be at most 4,096 bytes',
  'S2.6': 'afterwards at most `limits.max_frame_bytes` of CONNECTED, in both directions.',
  'S2.7': 'A receiver checks the length when it has read it, before it keeps any payload.',
  'S2.8': 'A receiver checks a header in the order of its bytes',
  'S2.9': 'are reserved: `malformedFrame`)',
  'S2.10': 'then the reserved flags (one set: `unsupportedFeature`)',
  'S2.11': '`frameTooLarge` as soon as what was read is above the limit',
  'S2.12': '`malformedFrame` when it is longer than 4 bytes or than it needs to be.',
  'S2.13': 'PING and PONG have no body; bytes in one are ignored.',
  'S2.14':
    'Both numbers are written like the length of a frame: 1 to 4 bytes, as short as possible, anything else is `malformedFrame`.',
  'S2.15': 'A receiver skips a field that it does not know if its id is below 128',
  'S2.16': 'refuses the frame with `unsupportedFeature` if it is 128 or more.',
  'S2.17':
    'An extension that reaches past its frame, or a field past its extension, or a trace context of another size than 25 bytes is `malformedFrame`.',
  'S2.18': "A trace context on PUBLISH or SEND is carried on to the logs and to the message's row",
  'S2.19':
    'The server answers in CONNECTED with the highest that both speak, or closes with `unsupportedVersion`.',

  'S3.1': 'The first frame must be CONNECT with a token from the auth-service.',
  'S3.2': 'It must arrive whole before the login deadline',
  'S3.3': 'Everything else is answered with CLOSE: another first frame `expectedConnect`',
  'S3.4': 'a bad token `tokenInvalid`, `tokenExpired` or `tokenRevoked`.',
  'S3.5': 'A second CONNECT is `unexpectedFrame`.',
  'S3.6':
    'When the client has sent nothing for `heartbeat_interval_ms` it sends PING; the server answers PONG.',
  'S3.7':
    'The server closes a connection from which no whole frame came for `idle_timeout_ms`, with `idleTimeout`.',
  'S3.8':
    'A client should take the connection for dead when a PONG does not come within `heartbeat_interval_ms`.',
  'S3.9':
    'CONNECTED carries all its fields: `max_frame_bytes` is at least 4,096, `max_in_flight` at least 1.',

  'S3.10':
    'the server closes it with `tokenExpired` when the token has been expired for the 60 s that clocks may be apart.',
  'S3.11': 'Then it sends the token in REFRESH, at any time after CONNECTED, and nothing else changes',
  'S3.12': 'REFRESHED says when the token that the connection lives by now expires.',
  'S3.13': 'Only one REFRESH may be unanswered, another is `unexpectedFrame`.',
  'S3.14': 'It does not count for `max_in_flight`.',
  'S3.15':
    'A token that the server refuses closes the connection with `tokenInvalid` (also for a token of another client), `tokenExpired` or `tokenRevoked`.',
  'S3.16': 'When the tokens of a client are revoked, its connection is closed with `tokenRevoked`.',
  'S3.17':
    'A client that is not connected while its token expires, or is about to, signs in before it connects.',
  'S3.18':
    "While it cannot reach the cluster's directory, without which nobody gets a newer token, it waits with that.",

  'S3.20': 'PUBLISHED with the same `message_id` answers it',
  'S3.21':
    'Without an answer the client does not know, and sends it again after reconnecting with the same `message_id`',
  'S3.22':
    "SENT with the same `message_id` answers: DELIVERED (the recipient's client acknowledged it), OFFLINE, QUEUE_FULL, RETRY",
  'S3.23':
    "REJECTED (never: the message with its sender's id would be larger than a frame to the recipient may be).",
  'S3.24':
    'Messages from one sender to one recipient arrive in the order in which they were sent while both keep their connections; one that is sent again, or on its way while the recipient changes its node, may come after later ones.',
  'S3.25':
    'PUBLISH and SEND may be sent without waiting for earlier answers, but at most `limits.max_in_flight` may be unanswered; more is closed with `tooManyInFlight`.',
  'S3.26': 'Answers may come in any order.',
  'S3.27': 'A `message_id` is 1 to 64 characters of `A-Z a-z 0-9 . _ : @ -`',
  'S3.28':
    'the server answers every PUBLISH and SEND within 30 s; a client that has waited longer may take the connection for lost.',
  'S3.29': 'A status that the client does not know counts as REJECTED.',
  'S3.30': 'A `kind` is 1 to 64 of `A-Z a-z 0-9 . _ -`.',
  'S3.31':
    'If `delivery_id` is not 0 the client sends ACKNOWLEDGE with that number once it has the message safely; several numbers may share one ACKNOWLEDGE.',
  'S3.32':
    'The server may deliver a message again that it has no acknowledgement for, on this connection or a later one, under another `delivery_id`: the client remembers the (`from`, `message_id`) of what it has received lately (at least the last 1,000), acknowledges a repeated message again, and does not act on it twice.',
  'S3.33': 'A `delivery_id` belongs to its connection.',
  'S3.34': 'A number that the server does not know is ignored.',
  'S3.35': 'A client that does not read is closed with `slowConsumer`.',
  'S3.36':
    'after `delay_ms`, until which all goes on as before, it closes the socket (without CLOSE) and connects at once to the first of `addresses` that answers, with the token it has, or, if there are none, signs in again.',
  'S3.37': 'A later REDIRECT takes the place of an earlier one.',
  'S3.48':
    'The addresses are of the kind of the connection that REDIRECT came on: a client that is connected over TLS must go on over TLS.',
  'S3.49': '**Pace.** A server may bound how much one client sends and how often it comes.',
  'S3.50': 'more is closed with `rateLimited`.',
  'S3.56': 'a client should stay a little below, and not use all that is taken at once.',
  'S3.51':
    'An ACKNOWLEDGE of deliveries that are awaited does not count, each other number in one counts as a frame.',
  'S3.57': "A REFRESH counts as a tenth of a second's frames.",
  'S3.52': 'A frame that is not whole 10 s after its first byte is closed with `frameTimeout`.',
  'S3.53':
    'A client that logs in more than 15 times in a minute is closed with `reconnectingTooOften` for a minute.',
  'S3.54': 'the node takes no more connections now',
  'S3.38':
    'CLOSE ends the connection from either side; nothing follows it, and the receiver closes the socket.',
  'S3.39': '1000-1999, and any outside these ranges | reconnects with the token it has',
  'S3.40': '2000-2999 | signs in again, then connects to the node it is told',
  'S3.41': '3000-3999 | stays away until a person or the application says otherwise',
  'S3.42': 'A connection lost without CLOSE is like 1000-1999.',
  'S3.43':
    'A client that is sent bytes which are not of this protocol sends CLOSE with the code of the fault, closes, and goes on as after a lost connection.',
  'S3.44':
    'Before reconnecting a client waits a random time in [0, min(cap, base * 2^attempt)] (base 0.5 s, cap 30 s are good values), and never less than `retry_after_ms` of the CLOSE.',
  'S3.45': 'After three attempts in a row that did not reach CONNECTED the client signs in again.',
  'S3.47': 'A server takes a CLOSE as the end even if its body is damaged.',
  'S3.46': 'frame that is not allowed in this state or direction',

  'S4.1': 'The other types, and field number 0, do not occur, and a receiver may refuse them.',
  'S4.2': 'A field that has its default (0, empty) is left out.',
  'S4.3':
    'Fields may come in any order; unknown fields are skipped, and so is a known field number with another wire type.',
  'S4.4': 'When a field that is not repeated comes twice, the last one counts.',
  'S4.5': 'A repeated number may also come unpacked, one field each.',
  'S4.6': 'The varint of a number may be longer than it needs to be.',
  'S4.7': 'A body that is not valid protobuf, or holds a string that is not valid UTF-8, is `malformedFrame`',
  'S4.8':
    'a field that breaks a rule of this page (an id or kind outside its alphabet or length, a CONNECT or REFRESH without token) is `invalidField`.',
  'S5.2': 'After each conversation a client that behaves must still be served.',
  'S5.1': 'must parse to the same; the invalid ones are refused with the same code however they are divided.',
} as const;

export type RuleId = keyof typeof rules;
