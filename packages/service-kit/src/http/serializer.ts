import type * as jsonCompiler from '@fastify/fast-json-stringify-compiler';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** Writes answers by the schemas of their routes, as Fastify does by itself; what that takes is loaded with the first such route. */
export const buildSerializer: jsonCompiler.SerializerFactory = (externalSchemas, options) => (route) => {
  const ofFastify = createRequire(require.resolve('fastify'));
  const { SerializerSelector } = ofFastify('@fastify/fast-json-stringify-compiler') as typeof jsonCompiler;
  return SerializerSelector()(externalSchemas, options)(route);
};
