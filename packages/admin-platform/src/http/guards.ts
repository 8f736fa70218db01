import type { Guard, Role } from '@longwire/service-kit';

/** Who may make a call, by role. */
export type Guards = Readonly<Record<Role, Guard>>;

/** For the OpenAPI document: the call needs an API key. */
export const security: { [scheme: string]: string[] }[] = [{ bearer: [] }];

/** Problems that every call may answer with. */
export const commonProblems = [
  'invalid-request',
  'unauthorized',
  'forbidden',
  'dependency-unavailable',
] as const;
