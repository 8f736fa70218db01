import type { TSchema } from 'typebox';
import type { SchemaNode } from '../schema/describe.ts';

/** One leaf of a configuration schema. */
export interface Setting {
  readonly path: readonly string[];
  /** The path with dots: `redis.commandTimeoutMs`. */
  readonly key: string;
  /** The environment variable: `LONGWIRE_REDIS_COMMAND_TIMEOUT_MS`. */
  readonly env: string;
  readonly node: SchemaNode;
  readonly schema: TSchema;
  readonly required: boolean;
}

/** The environment variable of a path of the configuration. */
export function envName(path: readonly string[]): string {
  const words = path.map((name) => name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase());
  return ['LONGWIRE', ...words].join('_');
}

/** Every leaf of the schema in its order. An object without fixed properties, or a list, is one leaf. */
export function settingsOf(schema: TSchema, path: readonly string[] = [], required = true): Setting[] {
  const node: SchemaNode = schema;
  if (node.type !== 'object' || !node.properties) {
    return [{ path, key: path.join('.'), env: envName(path), node, schema, required }];
  }
  return Object.entries(node.properties).flatMap(([name, child]) =>
    settingsOf(child, [...path, name], required && (node.required ?? []).includes(name)),
  );
}
