import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** A new secret of 256 random bits in base64url after a prefix that tells what it is (`lws_`, `lwk_`). */
export function newSecret(prefix: string): string {
  return prefix + randomBytes(32).toString('base64url');
}

/** SHA-256 of a text. Enough for secrets of 256 random bits; passwords that people choose would need a slow hash. */
export function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Compares in a time that does not depend on where the two differ. */
export function equalInConstantTime(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && timingSafeEqual(left, right);
}

/** Tells whether a credential is this secret, in a time that tells nothing about it. */
export function secretCheck(secret: string): (credential: string) => boolean {
  const hash = sha256(secret);
  return (credential) => equalInConstantTime(sha256(credential), hash);
}

/** What follows `Bearer ` in an Authorization header, or null. */
export function bearerToken(authorization: string | undefined): string | null {
  return /^Bearer +([^\s]+) *$/i.exec(authorization ?? '')?.[1] ?? null;
}
