import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { createTokenKeySet, type TokenKeySet, type TokenRefusal } from '../src/index.ts';

export type Key = TokenKeySet['keys'][number];

/** How to make a token that must be refused, from the key that is in use. */
export interface BadToken {
  readonly name: string;
  readonly make: (key: Key) => string;
  readonly reason: TokenRefusal;
}

export const encode = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

const nowSeconds = (): number => Date.now() / 1000;

export function goodClaims(change: object = {}): object {
  const now = nowSeconds();
  return { sub: 'victim', iss: 'longwire', aud: 'longwire', iat: now, exp: now + 60, ...change };
}

/** Signs by hand, so that the verifier is not tested with the library that it is made of. Texts are taken as they are. */
export function forge(key: Key, claims: object | string = {}, header: object | string = {}): string {
  const head = typeof header === 'string' ? header : { alg: 'HS256', typ: 'JWT', kid: key.kid, ...header };
  const signed = `${encode(head)}.${encode(typeof claims === 'string' ? claims : goodClaims(claims))}`;
  return `${signed}.${macOf(key, signed)}`;
}

function macOf(key: Key, signed: string, hash = 'sha256'): string {
  return createHmac(hash, Buffer.from(key.k, 'base64url')).update(signed).digest('base64url');
}

function forgeWith(hash: string, alg: unknown): (key: Key) => string {
  return (key) => {
    const signed = forge(key, {}, { alg }).replace(/\.[^.]*$/, '');
    return `${signed}.${macOf(key, signed, hash)}`;
  };
}

const unsigned = (alg: string) => (key: Key) => forge(key, {}, { alg }).replace(/[^.]*$/, '');
const withHeader = (header: object | string) => (key: Key) => forge(key, {}, header);
const withClaims = (claims: object | string) => (key: Key) => forge(key, claims);
/** The signature, changed as text. */
const withMac = (change: (mac: string) => string) => (key: Key) => {
  const [header, claims, mac] = forge(key).split('.');
  return `${header}.${claims}.${change(mac!)}`;
};

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const publicJwk = rsa.publicKey.export({ format: 'jwk' });
const publicPem = rsa.publicKey.export({ format: 'pem', type: 'spki' }).toString();

function signedByRsa(key: Key): string {
  const signed = forge(key, {}, { alg: 'RS256', jwk: publicJwk }).replace(/\.[^.]*$/, '');
  return `${signed}.${sign('sha256', Buffer.from(signed), rsa.privateKey).toString('base64url')}`;
}

const stranger = createTokenKeySet().keys[0]!;

const rows: Record<TokenRefusal, readonly [name: string, make: BadToken['make']][]> = {
  'bad-signature': [
    ...['none', 'None', 'NONE', 'nOnE'].map((alg): [string, BadToken['make']] => [
      `algorithm ${alg}`,
      unsigned(alg),
    ]),
    ['algorithm none that is signed all the same', (key) => forge(key, {}, { alg: 'none' })],
    ['no signature', withMac(() => '')],
    ['HS512', forgeWith('sha512', 'HS512')],
    ['HS384', forgeWith('sha384', 'HS384')],
    ['hs256 in small letters', forgeWith('sha256', 'hs256')],
    ['RS256 with the key that it brings', signedByRsa],
    ['ES256', withHeader({ alg: 'ES256' })],
    ['a public key as the secret', (key) => forge({ ...key, k: encode(publicPem) }, {}, { jwk: publicJwk })],
    [
      'a key that it brings itself',
      (key) => forge({ ...stranger, kid: key.kid }, {}, { jwk: { kty: 'oct', k: stranger.k } }),
    ],
    [
      'an address of keys that it brings itself',
      (key) => forge({ ...stranger, kid: key.kid }, {}, { jku: 'http://127.0.0.1:1/keys' }),
    ],
    ['a known kid over another key', (key) => forge({ ...stranger, kid: key.kid })],
    ['an empty key', (key) => forge({ ...key, k: '' })],
    ['a signature cut short', withMac((mac) => mac.slice(0, 20))],
    ['a signature that goes on', withMac((mac) => `${mac.slice(0, 42)}AAAA`)],
    [
      'claims of one and signature of another',
      (key) => {
        const [header, , mac] = forge(key).split('.');
        return `${header}.${encode(goodClaims({ sub: 'someone' }))}.${mac}`;
      },
    ],
    [
      'the algorithm twice, the last none',
      (key) => forge(key, {}, `{"alg":"HS256","alg":"none","typ":"JWT","kid":"${key.kid}"}`),
    ],
  ],
  'unknown-key': [
    ['a kid that is not in use', () => forge(stranger)],
    ['no kid', withHeader({ kid: undefined })],
    ...[
      '',
      '../../../../etc/passwd',
      '/dev/null',
      '..\\..\\windows\\win.ini',
      'file:///etc/passwd',
      '%2e%2e%2fkeys',
      "' OR 1=1 --",
      '__proto__',
      'constructor',
      'kid\0',
      'k'.repeat(2500),
      ['array'],
      { kid: 'object' },
      7,
      true,
      null,
    ].map((kid): [string, BadToken['make']] => [
      `kid ${JSON.stringify(kid).slice(0, 30)}`,
      withHeader({ kid }),
    ]),
    ['a kid in an array', (key) => forge(key, {}, { kid: [key.kid] })],
    ['a kid with a path in front', (key) => forge(key, {}, { kid: `./${key.kid}` })],
    ['a kid with a space behind', (key) => forge(key, {}, { kid: `${key.kid} ` })],
  ],
  malformed: [
    ['another type', withHeader({ typ: 'at+jwt' })],
    ['no type', withHeader({ typ: undefined })],
    ['an unknown critical header', withHeader({ crit: ['x'], x: 1 })],
    ['a critical header that is not there', withHeader({ crit: ['x'] })],
    ['no critical headers in a list', withHeader({ crit: [] })],
    ['a registered header as critical', withHeader({ crit: ['alg'] })],
    ['critical headers that are no list', withHeader({ crit: 'x', x: 1 })],
    ['claims that are not encoded', withHeader({ crit: ['b64'], b64: false })],
    ['no algorithm', withHeader({ alg: undefined })],
    ['a list of algorithms', withHeader({ alg: ['HS256', 'none'] })],
    ['a header that is no object', withHeader('["HS256"]')],
    ['a header that is no JSON', withHeader('{"alg":"HS256"')],
    ['claims that are no object', withClaims('"victim"')],
    ['claims that are a list', withClaims('[]')],
    ['claims that are no JSON', withClaims('{"sub":"victim"')],
    ['no claims at all', withClaims('')],
    ['no client', withClaims({ sub: undefined })],
    ['a client that is a number', withClaims({ sub: 7 })],
    ['a list of clients', withClaims({ sub: ['victim'] })],
    ['an empty client', withClaims({ sub: '' })],
    ['a client with a space', withClaims({ sub: 'vic tim' })],
    ['a client with a line end', withClaims({ sub: 'victim\n' })],
    ['a client with a NUL', withClaims({ sub: 'victim\0' })],
    ['a client with a slash', withClaims({ sub: '../victim' })],
    ['a client with a letter outside ASCII', withClaims({ sub: 'vіctim' })],
    ['a client of 129 characters', withClaims({ sub: 'v'.repeat(129) })],
    ['no end', withClaims({ exp: undefined })],
    ['an end that is text', withClaims({ exp: '4000000000' })],
    [
      'an end without end',
      (key) => forge(key, JSON.stringify(goodClaims()).replace(/"exp":[\d.]+/, '"exp":1e999')),
    ],
    ['a longer life than any token has', withClaims({ exp: nowSeconds() + 31 * 24 * 3600 })],
    ['no time of issue', withClaims({ iat: undefined })],
    ['a time of issue that is text', withClaims({ iat: 'now' })],
    ['a time of issue before all time', withClaims({ iat: -1e300 })],
    ['padding behind the signature', withMac((mac) => `${mac}=`)],
    ['a space in the signature', withMac((mac) => `${mac.slice(0, 9)} ${mac.slice(9)}`)],
    ['a line end behind the signature', withMac((mac) => `${mac}\n`)],
    // The 43rd letter carries four bits of the signature and two that say nothing.
    ['a signature written in another way', withMac((mac) => mac.slice(0, 42) + nextLetter(mac[42]!))],
    ['padding behind the claims', (key) => forge(key).replace(/\.([^.]*)$/, '=.$1')],
    ['a space in front', (key) => ` ${forge(key)}`],
    ['two parts', (key) => forge(key).replace(/\.[^.]*$/, '')],
    ['four parts', (key) => `${forge(key)}.`],
    ['five parts', () => 'a.b.c.d.e'],
    ['nothing in its parts', () => '..'],
    ['letters outside ASCII', () => 'é.é.é'],
    ['more bytes than a token has', (key) => forge(key, { padding: 'x'.repeat(4000) })],
  ],
  expired: [
    ['an end 61 s ago', withClaims({ iat: nowSeconds() - 100, exp: nowSeconds() - 61 })],
    ['an end at the beginning of time', withClaims({ iat: -10, exp: 0 })],
  ],
  // Their times are taken when they are made, which may be long after this file was loaded.
  'not-yet-valid': [
    ['a start that is text', withClaims({ nbf: 'now' })],
    [
      'a time of issue in the future',
      (key) => forge(key, { iat: nowSeconds() + 62, exp: nowSeconds() + 99 }),
    ],
    ['a start in the future', (key) => forge(key, { nbf: nowSeconds() + 62, exp: nowSeconds() + 99 })],
  ],
  'wrong-audience': [
    ['another audience', withClaims({ aud: 'bank' })],
    ['no audience', withClaims({ aud: undefined })],
    ['several audiences without ours', withClaims({ aud: ['bank', 'shop'] })],
    ['an audience in other letters', withClaims({ aud: 'Longwire' })],
  ],
  'wrong-issuer': [
    ['another issuer', withClaims({ iss: 'bank' })],
    ['no issuer', withClaims({ iss: undefined })],
    ['a list of issuers', withClaims({ iss: ['longwire'] })],
  ],
};

/** Another letter of base64url that differs in its lowest bit alone. */
function nextLetter(letter: string): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return letters[letters.indexOf(letter) ^ 1]!;
}

/** Every way that was thought of in which a token can be wrong, each with the reason for which it is refused. */
export const badTokens: readonly BadToken[] = Object.entries(rows).flatMap(([reason, tokens]) =>
  tokens.map(([name, make]) => ({ name, make, reason: reason as TokenRefusal })),
);
