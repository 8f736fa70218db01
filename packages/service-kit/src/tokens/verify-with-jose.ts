import { errors, jwtVerify, type CryptoKey } from 'jose';
import { clockToleranceSeconds, readClaims, type VerifiedToken } from './token-claims.ts';
import type { TokenKeys } from './token-keys.ts';
import { TokenRefused, type TokenRefusal } from './token-refused.ts';
import type { TokenSettings } from './token-settings.ts';

/** Takes every token that may be taken, and says why the others are refused. @throws TokenRefused */
export async function verifyWithJose(
  token: string,
  keys: TokenKeys,
  { issuer, audience }: Pick<TokenSettings, 'issuer' | 'audience'>,
): Promise<VerifiedToken> {
  try {
    const { payload } = await jwtVerify(token, async ({ kid }) => keyOf(keys, kid), {
      algorithms: ['HS256'],
      typ: 'JWT',
      ...{ issuer, audience },
      requiredClaims: ['sub', 'iat', 'exp'],
      clockTolerance: clockToleranceSeconds,
    });
    return readClaims(payload);
  } catch (error) {
    throw error instanceof TokenRefused ? error : new TokenRefused(refusalOf(error));
  }
}

async function keyOf(keys: TokenKeys, kid: string | undefined): Promise<CryptoKey> {
  const key = kid === undefined ? null : await keys.find(kid);
  if (!key) throw new TokenRefused('unknown-key');
  return key;
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
