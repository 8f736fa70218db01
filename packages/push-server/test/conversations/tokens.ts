import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Directory } from '@longwire/cluster';
import { parseTokenKeySet } from '@longwire/service-kit';
import { SignJWT } from 'jose';

/** The tokens that a `$token` placeholder can ask for (SPEC.md, section 5), signed with the keys of the servers under test. */
export class ConversationTokens {
  readonly #directory: Directory;
  readonly #key: { kid: string; secret: Uint8Array };

  private constructor(directory: Directory, key: { kid: string; secret: Uint8Array }) {
    this.#directory = directory;
    this.#key = key;
  }

  static async open(keysFile: string, directory: Directory): Promise<ConversationTokens> {
    const { kid, k } = parseTokenKeySet(await readFile(keysFile, 'utf8')).keys[0]!;
    return new ConversationTokens(directory, { kid, secret: Buffer.from(k, 'base64url') });
  }

  /** `fault` is what is wrong with it; empty: nothing. */
  async make(clientId: string, fault: string): Promise<string> {
    switch (fault) {
      case '':
        return this.#sign(clientId);
      case 'expired':
        return this.#sign(clientId, { issuedAtMs: Date.now() - 7_200_000 });
      case 'future':
        return this.#sign(clientId, { issuedAtMs: Date.now() + 600_000 });
      case 'otherAudience':
        return this.#sign(clientId, { audience: 'elsewhere' });
      case 'otherIssuer':
        return this.#sign(clientId, { issuer: 'someone' });
      case 'otherKey':
        return this.#sign(clientId, { secret: randomBytes(32) });
      case 'unknownKey':
        return this.#sign(clientId, { kid: 'another' });
      case 'badSubject':
        return this.#sign('not a client id');
      case 'unsigned': {
        const [, claims] = (await this.#sign(clientId)).split('.');
        return `${Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url')}.${claims}.`;
      }
      case 'changed': {
        const [header, , signature] = (await this.#sign(clientId)).split('.');
        const [, claims] = (await this.#sign('someone.else')).split('.');
        return `${header}.${claims}.${signature}`;
      }
      case 'revoked': {
        // Only what was issued up to then is revoked: the client's other tokens stay good.
        const issuedAtMs = Math.floor(Date.now() / 1000) * 1000 - 10_000;
        await this.#directory.revoke(clientId, issuedAtMs);
        return this.#sign(clientId, { issuedAtMs });
      }
      default:
        throw new Error(`no such token: ${fault}`);
    }
  }

  #sign(
    clientId: string,
    {
      issuedAtMs = Date.now(),
      audience = 'longwire',
      issuer = 'longwire',
      kid = this.#key.kid,
      secret = this.#key.secret,
    } = {},
  ): Promise<string> {
    return new SignJWT({ iat: issuedAtMs / 1000, exp: issuedAtMs / 1000 + 600 })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT', kid })
      .setSubject(clientId)
      .setIssuer(issuer)
      .setAudience(audience)
      .sign(secret);
  }
}
