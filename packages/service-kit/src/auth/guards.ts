import type { FastifyRequest } from 'fastify';
import type { ApiKeySettings } from '../config/sections.ts';
import { Problem } from '../problem/problem.ts';
import { bearerToken, equalInConstantTime, newSecret, secretCheck, sha256 } from './secrets.ts';

export type Role = ApiKeySettings['role'];

declare module 'fastify' {
  interface FastifyRequest {
    /** Name of the API key that a guard let pass; `cluster` for the cluster secret; null without a guard. */
    apiKeyName: string | null;
  }
}

/** A hook that throws a 401 or 403 problem. Use it as `onRequest`, so that a refused body is never read. */
export type Guard = (request: FastifyRequest) => Promise<void>;

/** Finds the key that a credential is. Compares with every key, in a time that tells nothing about them. */
export class ApiKeys {
  readonly #keys: readonly { name: string; role: Role; hash: Buffer }[];

  constructor(settings: readonly ApiKeySettings[]) {
    this.#keys = settings.map((key) => ({
      name: key.name,
      role: key.role,
      hash: Buffer.from(key.sha256, 'hex'),
    }));
  }

  find(credential: string): { readonly name: string; readonly role: Role } | null {
    const hash = sha256(credential);
    return this.#keys.filter((key) => equalInConstantTime(key.hash, hash))[0] ?? null;
  }
}

/** Lets an API key of this role pass; operators may do what viewers may. Sets `request.apiKeyName`. */
export function requireApiKey(settings: readonly ApiKeySettings[], role: Role): Guard {
  const keys = new ApiKeys(settings);
  return async (request) => {
    const key = keys.find(credentialOf(request));
    if (!key) throw unauthorized('The API key is not known');
    checkRole(key, role);
    request.apiKeyName = key.name;
  };
}

/** Lets another node of the cluster pass. */
export function requireClusterSecret(secret: string): Guard {
  const isSecret = secretCheck(secret);
  return async (request) => {
    if (!isSecret(credentialOf(request))) {
      throw unauthorized('The cluster secret is not the one of this cluster');
    }
    request.apiKeyName = 'cluster';
  };
}

/** Lets an API key of this role or another node of the cluster pass. */
export function requireApiKeyOrClusterSecret(
  settings: readonly ApiKeySettings[],
  role: Role,
  secret: string,
): Guard {
  const keys = new ApiKeys(settings);
  const isSecret = secretCheck(secret);
  return async (request) => {
    const credential = credentialOf(request);
    const isNode = isSecret(credential);
    const key = isNode ? { name: 'cluster', role: 'operator' as const } : keys.find(credential);
    if (!key) throw unauthorized('The credential is not known');
    checkRole(key, role);
    request.apiKeyName = key.name;
  };
}

/** A new API key and the entry to configure for it. The key itself is shown once and stored nowhere. */
export function createApiKey(name: string, role: Role): { key: string; entry: ApiKeySettings } {
  const key = newSecret('lwk_');
  return { key, entry: { name, role, sha256: sha256(key).toString('hex') } };
}

export function unauthorized(detail: string): Problem {
  return new Problem('unauthorized', detail, { headers: { 'www-authenticate': 'Bearer realm="longwire"' } });
}

export function checkRole(key: { readonly name: string; readonly role: Role }, role: Role): void {
  if (role === 'viewer' || key.role === 'operator') return;
  throw new Problem('forbidden', `The API key ${key.name} is a ${key.role}; this needs an ${role}`, {
    headers: { 'www-authenticate': 'Bearer realm="longwire", error="insufficient_scope"' },
  });
}

/** What the request brings as `Authorization: Bearer …`; throws a 401 problem when it brings nothing. */
export function credentialOf(request: FastifyRequest): string {
  const credential = bearerToken(request.headers.authorization);
  if (credential === null) throw unauthorized('The request needs the header Authorization: Bearer …');
  return credential;
}
