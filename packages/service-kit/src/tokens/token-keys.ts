import { createSecretKey, type KeyObject } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import type { CryptoKey } from 'jose';
import type { Logger } from 'pino';
import { ConfigError } from '../config/config-error.ts';
import { parseTokenKeySet, type TokenKeySet } from './key-set.ts';

export interface TokenKey {
  readonly kid: string;
  /** As jose takes it. */
  readonly key: CryptoKey;
  /** The same, as node:crypto takes it. */
  readonly secret: KeyObject;
  /** The first part of every token that Longwire signs with it: its header, encoded. */
  readonly header: string;
}

/** What a token that is signed with the key of this id says of itself. */
export function tokenHeader(kid: string): { alg: 'HS256'; typ: 'JWT'; kid: string } {
  return { alg: 'HS256', typ: 'JWT', kid };
}

const pollMs = 5000;
/** How often an unknown kid may have the file looked at: tokens with made-up kids must not become disk load. */
const earlyLookMs = 1000;

/**
 * The token keys of a file, which is looked at again every 5 s and whenever a token names a key that is not known yet. A
 * changed file that cannot be used is logged, and the old keys stay.
 */
export class TokenKeys {
  readonly #file: string;
  readonly #logger: Logger;
  #keys: readonly TokenKey[] = [];
  /** Tells one version of the file from another. */
  #version = '';
  #lookedAtMs = 0;
  #looking: Promise<void> | null = null;
  #timer: NodeJS.Timeout | undefined;

  private constructor(file: string, logger: Logger) {
    this.#file = file;
    this.#logger = logger;
  }

  /** @throws ConfigError when the file cannot be used. */
  static async open(file: string, logger: Logger): Promise<TokenKeys> {
    const keys = new TokenKeys(file, logger);
    try {
      await keys.#read();
    } catch (error) {
      throw new ConfigError([
        {
          key: 'tokens.keysFile',
          source: file,
          given: (error as NodeJS.ErrnoException).code ?? (error as Error).message,
          allowed: 'a JWK Set of HS256 keys with at least 256 bits each',
        },
      ]);
    }
    keys.#timer = setInterval(() => void keys.#look(), pollMs).unref();
    return keys;
  }

  /** The key that signs. */
  get signing(): TokenKey {
    return this.#keys[0]!;
  }

  /** The key of this id, or null when the file has none. */
  async find(kid: string): Promise<CryptoKey | null> {
    const known = this.#find(kid);
    if (known || performance.now() - this.#lookedAtMs < earlyLookMs) return known;
    // The signer may have seen a rotation before this process did.
    await this.#look();
    return this.#find(kid);
  }

  /** The key under which Longwire writes this header, which is encoded, or null. */
  ofHeader(header: string): TokenKey | null {
    return this.#keys.find((each) => each.header === header) ?? null;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #find(kid: string): CryptoKey | null {
    return this.#keys.find((each) => each.kid === kid)?.key ?? null;
  }

  #look(): Promise<void> {
    this.#looking ??= this.#read()
      .catch((error: unknown) => {
        this.#logger.error(
          { err: error, file: this.#file },
          'the token keys file cannot be used: old keys stay',
        );
      })
      .finally(() => (this.#looking = null));
    return this.#looking;
  }

  async #read(): Promise<void> {
    this.#lookedAtMs = performance.now();
    const { mtimeMs, size, ino } = await stat(this.#file);
    const version = `${mtimeMs}/${size}/${ino}`;
    if (version === this.#version) return;
    const set = parseTokenKeySet(await readFile(this.#file, 'utf8'));
    this.#keys = await Promise.all(set.keys.map(importKey));
    this.#version = version;
    this.#logger.info({ file: this.#file, kids: this.#keys.map((key) => key.kid) }, 'token keys read');
  }
}

async function importKey({ kid, k }: TokenKeySet['keys'][number]): Promise<TokenKey> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const bytes = Buffer.from(k, 'base64url');
  const key = await crypto.subtle.importKey('raw', bytes, algorithm, false, ['sign', 'verify']);
  const header = Buffer.from(JSON.stringify(tokenHeader(kid))).toString('base64url');
  return { kid, key, secret: createSecretKey(bytes), header };
}
