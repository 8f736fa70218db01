import { errors, jwtVerify, type CryptoKey, type JWTPayload } from 'jose';
import type { TokenKeys } from './token-keys.ts';
import { maxTokenLifeSeconds, type TokenSettings } from './token-settings.ts';

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

export interface VerifiedToken {
  readonly clientId: string;
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
}

/** How far the clocks of signer and verifier may be apart: a token is good for so long after it has expired. */
export const tokenClockToleranceMs = 60_000;
const clockToleranceSeconds = tokenClockToleranceMs / 1000;
const clientIdPattern = /^[A-Za-z0-9._:@-]{1,128}$/;
/** Ours have about 300; a longer text is not worth decoding. */
const maxTokenLength = 4096;

/** Verifies client tokens: JWTs (RFC 7519) signed with HS256 by a key of the token keys file. Revocation is not asked here. */
export class TokenVerifier {
  readonly #keys: TokenKeys;
  readonly #settings: Pick<TokenSettings, 'issuer' | 'audience'>;

  constructor(keys: TokenKeys, settings: Pick<TokenSettings, 'issuer' | 'audience'>) {
    this.#keys = keys;
    this.#settings = settings;
  }

  /** @throws TokenRefused */
  async verify(token: string): Promise<VerifiedToken> {
    if (token.length > maxTokenLength || !isCompact(token)) throw new TokenRefused('malformed');
    try {
      const { payload } = await jwtVerify(token, async ({ kid }) => this.#keyOf(kid), {
        algorithms: ['HS256'],
        typ: 'JWT',
        issuer: this.#settings.issuer,
        audience: this.#settings.audience,
        requiredClaims: ['sub', 'iat', 'exp'],
        clockTolerance: clockToleranceSeconds,
      });
      return readClaims(payload);
    } catch (error) {
      throw error instanceof TokenRefused ? error : new TokenRefused(refusalOf(error));
    }
  }

  async #keyOf(kid: string | undefined): Promise<CryptoKey> {
    const key = kid === undefined ? null : await this.#keys.find(kid);
    if (!key) throw new TokenRefused('unknown-key');
    return key;
  }
}

/** Three parts of base64url without padding; the signature in the one way of writing it, so that a token has no second form. */
function isCompact(token: string): boolean {
  const signature = /^[\w-]+\.[\w-]+\.([\w-]*)$/.exec(token)?.[1];
  return signature !== undefined && Buffer.from(signature, 'base64url').toString('base64url') === signature;
}

function readClaims({ sub, iat, exp }: JWTPayload): VerifiedToken {
  if (typeof sub !== 'string' || !clientIdPattern.test(sub)) throw new TokenRefused('malformed');
  // Written so that NaN and infinite values are refused. Revocations are kept as long as a token may live.
  if (iat === undefined || exp === undefined || !(exp - iat <= maxTokenLifeSeconds))
    throw new TokenRefused('malformed');
  if (iat > Date.now() / 1000 + clockToleranceSeconds) throw new TokenRefused('not-yet-valid');
  return { clientId: sub, issuedAtMs: Math.round(iat * 1000), expiresAtMs: Math.round(exp * 1000) };
}

const refusalsByClaim: Readonly<Record<string, TokenRefusal>> = {
  aud: 'wrong-audience',
  iss: 'wrong-issuer',
  nbf: 'not-yet-valid',
};

function refusalOf(error: unknown): TokenRefusal {
  if (error instanceof errors.JWTExpired) return 'expired';
  if (error instanceof errors.JWTClaimValidationFailed) return refusalsByClaim[error.claim] ?? 'malformed';
  if (error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JOSEAlgNotAllowed) {
    return 'bad-signature';
  }
  return 'malformed';
}
