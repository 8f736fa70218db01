import { readFileSync } from 'node:fs';

/** What a client needs, and what can be changed. Times are in milliseconds. */
export interface LongwireOptions {
  /** Base URL of the auth-service, for example `https://auth.example.org`. */
  readonly authUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Name and version of the software, for the operators of the cluster. */
  readonly agent?: string;
  /** For one request to the auth-service. Default 10,000. */
  readonly signInTimeoutMs?: number;
  /** For reaching one node and being accepted by it. Default 10,000. */
  readonly loginTimeoutMs?: number;
  /** For one message, from the call to its answer; each call may set its own. Default 60,000. */
  readonly messageTimeoutMs?: number;
  /** The first pause before another attempt is random up to this, each further one up to twice as long. Default 500. */
  readonly backoffBaseMs?: number;
  /** No pause is longer. Default 30,000. */
  readonly backoffMaxMs?: number;
  /** Messages that may wait for their answers. Default 1,000. */
  readonly maxOutboxMessages?: number;
  /** Bytes of frames that may wait for their answers. Default 8,388,608. */
  readonly maxOutboxBytes?: number;
  /** How many received messages are remembered so that a duplicate is dropped. Default 4,096. */
  readonly rememberedMessages?: number;
  /** For an auth-service with an https URL and for push-servers that speak TLS; what Node.js trusts unless given. */
  readonly tls?: TlsOptions;
}

/** PEM texts. Certificates are always verified. */
export interface TlsOptions {
  /** Who signs the certificates of the cluster. */
  readonly ca?: string | Buffer | undefined;
  /** This client's own certificate, where the cluster asks for one, and its private key. */
  readonly cert?: string | Buffer | undefined;
  readonly key?: string | Buffer | undefined;
  /** The name that push-servers have in their certificates, when it is not the host of their address. */
  readonly servername?: string | undefined;
}

export type ResolvedOptions = Required<LongwireOptions>;

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const defaults = {
  agent: `longwire-sdk-node/${version}`,
  signInTimeoutMs: 10_000,
  loginTimeoutMs: 10_000,
  messageTimeoutMs: 60_000,
  backoffBaseMs: 500,
  backoffMaxMs: 30_000,
  maxOutboxMessages: 1000,
  maxOutboxBytes: 8_388_608,
  rememberedMessages: 4096,
  tls: {},
} as const;

const tlsNames: readonly string[] = ['ca', 'cert', 'key', 'servername'] satisfies (keyof TlsOptions)[];

/** Fills in the defaults. Throws a `TypeError` that names the option that is missing or not a positive number. */
export function resolveOptions(options: LongwireOptions): ResolvedOptions {
  const resolved: ResolvedOptions = { ...defaults, ...withoutUndefined(options) };
  for (const key of ['authUrl', 'clientId', 'clientSecret'] as const) {
    if (typeof resolved[key] !== 'string' || resolved[key] === '')
      throw new TypeError(`LongwireClient: ${key} is missing`);
  }
  if (!URL.canParse(resolved.authUrl)) throw new TypeError('LongwireClient: authUrl is not a URL');
  for (const [key, value] of Object.entries(resolved)) {
    if (key in defaults && key !== 'agent' && key !== 'tls' && !(typeof value === 'number' && value > 0))
      throw new TypeError(`LongwireClient: ${key} must be a number above 0, and is ${JSON.stringify(value)}`);
  }
  const unknown = Object.keys(resolved.tls).find((name) => !tlsNames.includes(name));
  if (unknown !== undefined)
    throw new TypeError(`LongwireClient: tls.${unknown} is not an option; there are ${tlsNames.join(', ')}`);
  return Object.freeze(resolved);
}

function withoutUndefined(options: LongwireOptions): LongwireOptions {
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as unknown as LongwireOptions;
}
