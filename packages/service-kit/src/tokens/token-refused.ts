export const tokenRefusals = {
  malformed: 'The token is not a Longwire token',
  'bad-signature': 'The token is not signed by Longwire',
  'unknown-key': 'The token names a key that is not in use',
  expired: 'The token has expired',
  'not-yet-valid': 'The token is not valid yet',
  'wrong-audience': 'The token is meant for someone else',
  'wrong-issuer': 'The token was issued by someone else',
} as const;

export type TokenRefusal = keyof typeof tokenRefusals;

export class TokenRefused extends Error {
  override readonly name = 'TokenRefused';
  readonly reason: TokenRefusal;

  constructor(reason: TokenRefusal) {
    super(tokenRefusals[reason]);
    this.reason = reason;
  }
}
