/** What OpenSSL and Node.js say, in few words: each is a series of a counter. */
const reasons: readonly (readonly [RegExp, string])[] = [
  [/^ERR_TLS_HANDSHAKE_TIMEOUT$/, 'timeout'],
  [/^ERR_SSL_(HTTP_REQUEST|WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|RECORD_LAYER_FAILURE)$/, 'not-tls'],
  [/^ERR_SSL_(UNSUPPORTED_PROTOCOL|VERSION_TOO_LOW)$/, 'old-version'],
  [/^ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE$/, 'client-certificate'],
  [/_ALERT_/, 'refused-by-client'],
  [/^(ECONNRESET|EPIPE)$/, 'cut'],
];

/** Why a handshake failed, by the code of its error. */
export function reasonOf({ code = '' }: NodeJS.ErrnoException): string {
  return reasons.find(([pattern]) => pattern.test(code))?.[1] ?? 'other';
}
