/** Schemas of the push API, served by push-route and forwarded by the admin-platform. */
export * from './push-calls.ts';
export * from './push-schemas.ts';
