import { Type, type Static } from 'typebox';

/** No token lives longer; `maxTokenLifeMs` of the directory is the same. */
export const maxTokenLifeSeconds = 30 * 24 * 3600;

/** The section `tokens`: the same for the auth-service, which signs, and the push-servers, which verify. */
export const tokenSettings = Type.Object({
  keysFile: Type.String({
    default: '.longwire/token-keys.json',
    minLength: 1,
    description: 'JWK Set of HS256 keys; the first signs, all verify; read again when it changes',
  }),
  issuer: Type.String({ default: 'longwire', minLength: 1, maxLength: 128 }),
  audience: Type.String({ default: 'longwire', minLength: 1, maxLength: 128 }),
  lifetimeSeconds: Type.Integer({
    default: 3600,
    minimum: 1,
    maximum: maxTokenLifeSeconds,
    description: 'how long a new token is valid',
  }),
});

export type TokenSettings = Static<typeof tokenSettings>;
