import { Type, type Static } from 'typebox';
import { clusterTlsSettings, tlsSettings } from '../tls/tls-settings.ts';

/**
 * Every section that some role of Longwire has. All roles share one file and one environment, so a role lets the sections
 * of the others pass; a section that is not listed here is a mistake.
 */
export const knownSections: readonly string[] = [
  'log',
  'cluster',
  'apiKeys',
  'tokens',
  'redis',
  'zookeeper',
  'kafka',
  'database',
  'auth',
  'push',
  'route',
  'consumer',
  'admin',
];

/** Variables of Longwire's tools, which are no settings: of the command line, the tests, and the local backends. */
export const toolPrefixes: readonly string[] = [
  'LONGWIRE_CLI',
  'LONGWIRE_TEST',
  'LONGWIRE_LOCAL',
  'LONGWIRE_REQUIRE',
];

export const logSettings = Type.Object({
  level: Type.Enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], { default: 'info' }),
});

export const clusterSettings = Type.Object({
  secret: Type.String({
    // What a Bearer credential may hold (RFC 6750).
    pattern: '^[A-Za-z0-9._~+/=-]{32,512}$',
    secret: true,
    description: 'what the nodes of the cluster show each other; the same on every node',
  }),
  tls: clusterTlsSettings,
});

export const apiKeySettings = Type.Object({
  name: Type.String({ pattern: '^[A-Za-z0-9._-]{1,64}$' }),
  role: Type.Enum(['viewer', 'operator']),
  // Marked secret because the commonest mistake is to put the key itself here.
  sha256: Type.String({
    pattern: '^[0-9a-f]{64}$',
    secret: true,
    description: 'SHA-256 of the key in lower-case hex',
  }),
});

export const apiKeysSettings = Type.Array(apiKeySettings, {
  default: [],
  description: 'keys for people and backends: [{ name, role: viewer or operator, sha256 }]',
});

/** Where a service listens for HTTP. */
export function httpSection(defaults: { port: number }) {
  return Type.Object({
    host: Type.String({ default: '127.0.0.1', minLength: 1, description: 'address to listen on' }),
    port: Type.Integer({
      default: defaults.port,
      minimum: 0,
      maximum: 65_535,
      description: '0: any free port',
    }),
    tls: tlsSettings,
    maxConnections: connections(4096, 'open HTTP connections; further ones are closed unheard'),
    maxConnectionsPerAddress: connections(1000, 'the same from one address'),
  });
}

const connections = (defaultCount: number, description: string) =>
  Type.Integer({ default: defaultCount, minimum: 1, maximum: 1_000_000, description });

/** The same for a service that tells the cluster where it is. */
export function advertisedHttpSection(defaults: { port: number }) {
  return Type.Object({
    ...httpSection(defaults).properties,
    publicUrl: Type.Optional(
      Type.String({
        pattern: '^https?://',
        description: 'how others reach it, when that is not http(s)://host:port',
      }),
    ),
  });
}

export type LogSettings = Static<typeof logSettings>;
export type ClusterSettings = Static<typeof clusterSettings>;
export type ApiKeySettings = Static<typeof apiKeySettings>;
