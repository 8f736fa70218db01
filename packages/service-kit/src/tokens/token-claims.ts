import { TokenRefused } from './token-refused.ts';
import { maxTokenLifeSeconds } from './token-settings.ts';

export interface VerifiedToken {
  readonly clientId: string;
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
}

/** How far the clocks of signer and verifier may be apart: a token is good for so long after it has expired. */
export const tokenClockToleranceMs = 60_000;
export const clockToleranceSeconds = tokenClockToleranceMs / 1000;
const clientIdPattern = /^[A-Za-z0-9._:@-]{1,128}$/;

/** What Longwire asks of claims beyond RFC 7519. @throws TokenRefused */
export function readClaims({ sub, iat, exp }: { sub?: unknown; iat?: number; exp?: number }): VerifiedToken {
  if (typeof sub !== 'string' || !clientIdPattern.test(sub)) throw new TokenRefused('malformed');
  // Written so that NaN and infinite values are refused. Revocations are kept as long as a token may live.
  if (iat === undefined || exp === undefined || !(exp - iat <= maxTokenLifeSeconds))
    throw new TokenRefused('malformed');
  if (iat > Date.now() / 1000 + clockToleranceSeconds) throw new TokenRefused('not-yet-valid');
  return { clientId: sub, issuedAtMs: Math.round(iat * 1000), expiresAtMs: Math.round(exp * 1000) };
}
