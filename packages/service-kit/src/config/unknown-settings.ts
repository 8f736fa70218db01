import type { TObject } from 'typebox';
import type { SchemaNode } from '../schema/describe.ts';
import type { ConfigProblem } from './config-error.ts';
import { knownSections, toolPrefixes } from './sections.ts';
import { envName, type Setting } from './settings.ts';
import { suggest } from './suggest.ts';

/** Variables that begin like a setting and are none. Those of sections that other roles have are let pass. */
export function unknownInEnv(
  schema: TObject,
  settings: readonly Setting[],
  env: Readonly<Record<string, string | undefined>>,
): ConfigProblem[] {
  const names = settings.map((setting) => setting.env);
  const known = new Set(['LONGWIRE_CONFIG', ...names]);
  const others = knownSections.filter((section) => !(section in schema.properties));
  const foreign = [...toolPrefixes, ...others.map((section) => envName([section]))];
  const isForeign = (name: string) =>
    foreign.some((prefix) => name === prefix || name.startsWith(`${prefix}_`));
  return Object.keys(env)
    .filter((name) => name.startsWith('LONGWIRE_') && !known.has(name) && !isForeign(name))
    .map((name) => unknown(name, 'environment', names));
}

/** Keys of the file that are no settings: at the top, sections that no role has; inside this role's sections, all others. */
export function unknownInFile(schema: SchemaNode, file: unknown, source: string): ConfigProblem[] {
  const sections = [...new Set([...Object.keys(schema.properties ?? {}), ...knownSections])];
  return unknownKeys(schema, file, [], sections, source);
}

function unknownKeys(
  node: SchemaNode,
  value: unknown,
  path: readonly string[],
  allowed: readonly string[],
  source: string,
): ConfigProblem[] {
  if (typeof value !== 'object' || value === null) {
    const key = path.join('.');
    return [{ key, source, given: JSON.stringify(typeof value), allowed: 'an object of settings' }];
  }
  return Object.entries(value).flatMap(([name, inner]) => {
    const here = [...path, name];
    if (!allowed.includes(name)) return [unknown(here.join('.'), source, allowed, path)];
    const child = node.properties?.[name];
    return child?.properties && child.type === 'object'
      ? unknownKeys(child, inner, here, Object.keys(child.properties), source)
      : [];
  });
}

function unknown(
  key: string,
  source: string,
  candidates: readonly string[],
  path: readonly string[] = [],
): ConfigProblem {
  const near = suggest(path.length > 0 ? key.slice(path.join('.').length + 1) : key, candidates);
  const hint = near === null ? '' : `; did you mean ${[...path, near].join('.')}?`;
  return { key, source, given: null, allowed: `no setting of this name${hint}` };
}
