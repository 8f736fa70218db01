import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';

export interface TokenKey {
  readonly kty: 'oct';
  readonly alg: 'HS256';
  readonly kid: string;
  /** base64url */
  readonly k: string;
}

const LIFETIME_SECONDS = 86_400;

/** Signs tokens as the auth-service does, for load that is not about signing in over HTTP. */
export class TokenMinter {
  readonly #header: string;
  readonly #key: Buffer;

  constructor({ kid, k }: TokenKey) {
    this.#header = part({ alg: 'HS256', typ: 'JWT', kid });
    this.#key = Buffer.from(k, 'base64url');
  }

  /** With the first key of a cluster's key file. */
  static fromFile(file: string): TokenMinter {
    const { keys } = JSON.parse(readFileSync(file, 'utf8')) as { keys: readonly TokenKey[] };
    if (keys[0] === undefined) throw new Error(`${file} holds no token key`);
    return new TokenMinter(keys[0]);
  }

  mint(clientId: string): string {
    const iat = Math.floor(Date.now() / 1000);
    const claims = { sub: clientId, iss: 'longwire', aud: 'longwire', iat, exp: iat + LIFETIME_SECONDS };
    const signed = `${this.#header}.${part(claims)}`;
    return `${signed}.${createHmac('sha256', this.#key).update(signed).digest('base64url')}`;
  }
}

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
