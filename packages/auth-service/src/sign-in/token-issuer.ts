import { tokenHeader, type TokenKeys, type TokenSettings } from '@longwire/service-kit';
import { SignJWT } from 'jose';

export interface IssuedToken {
  readonly token: string;
  readonly expiresAtMs: number;
}

/** Signs client tokens with the first key of the keys file. `TokenVerifier` of service-kit is its counterpart. */
export class TokenIssuer {
  readonly #keys: TokenKeys;
  readonly #settings: TokenSettings;

  constructor(keys: TokenKeys, settings: TokenSettings) {
    this.#keys = keys;
    this.#settings = settings;
  }

  /** `issuedAtMs` is no later than the moment for which it is known that the client may have the token: a later revocation must meet it. */
  async issue(clientId: string, issuedAtMs: number): Promise<IssuedToken> {
    const { kid, key } = this.#keys.signing;
    const { issuer, audience, lifetimeSeconds } = this.#settings;
    const expiresAtMs = issuedAtMs + lifetimeSeconds * 1000;
    const token = await new SignJWT()
      .setProtectedHeader(tokenHeader(kid))
      .setSubject(clientId)
      .setIssuer(issuer)
      .setAudience(audience)
      // With its milliseconds (RFC 7519 allows a fraction): a revocation holds for tokens up to a millisecond.
      .setIssuedAt(issuedAtMs / 1000)
      .setExpirationTime(expiresAtMs / 1000)
      .sign(key);
    return { token, expiresAtMs };
  }
}
