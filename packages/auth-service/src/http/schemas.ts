import { Type } from 'typebox';

export const clientId = Type.String({
  pattern: '^[A-Za-z0-9._:@-]{1,128}$',
  description: '1 to 128 of A-Z a-z 0-9 . _ : @ -',
});

const clientSecret = Type.String({ minLength: 1, maxLength: 128, secret: true });
const timestamp = Type.String({ format: 'date-time', description: 'RFC 3339' });

const pushServer = Type.Object(
  {
    nodeId: Type.String(),
    tcp: Type.Optional(Type.String({ description: 'host:port, spoken plain' })),
    tls: Type.Optional(Type.String({ description: 'host:port, spoken over TLS' })),
  },
  { title: 'PushServer', description: 'with one of tcp and tls' },
);

export const registerBody = Type.Object({ clientId }, { additionalProperties: false });

export const registered = Type.Object({
  clientId,
  clientSecret: Type.String({ description: 'shown this once; keep it as a password' }),
  registeredAt: timestamp,
});

export const signInBody = Type.Object({ clientId, clientSecret }, { additionalProperties: false });

export const signedIn = Type.Object(
  {
    token: Type.String({ description: 'for the first frame to the push-server, and for refreshing' }),
    expiresAt: timestamp,
    pushServer,
    alternatives: Type.Array(pushServer, {
      maxItems: 2,
      description: 'where to go when the push-server cannot be reached, best first',
    }),
  },
  { title: 'SignedIn' },
);

/** A request without a body is handed to the validator as null. */
export const revokeBody = Type.Union([
  Type.Object({ clientId: Type.Optional(clientId) }, { additionalProperties: false }),
  Type.Null(),
]);

/** In OpenAPI: the route wants an Authorization header. */
export const withBearer = [{ bearer: [] }];
