import { readFileSync } from 'node:fs';
import type { Static, TObject } from 'typebox';
import { Value } from 'typebox/value';
import { describeAllowed, describeGiven, holdsSecret } from '../schema/describe.ts';
import { valueProblems } from '../schema/value-problems.ts';
import { ConfigError, type ConfigProblem } from './config-error.ts';
import { fromText } from './from-text.ts';
import { settingsOf, type Setting } from './settings.ts';
import { unknownInEnv, unknownInFile } from './unknown-settings.ts';

export interface ConfigSource<Schema extends TObject> {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Path of a JSON file; without it the one named by LONGWIRE_CONFIG, if any. */
  readonly file?: string;
  /** What no single setting can tell: problems between settings. Called only when each setting is right by itself. */
  readonly check?: (config: Static<Schema>) => readonly Pick<ConfigProblem, 'key' | 'allowed'>[];
}

/**
 * Reads the settings of a schema of sections from the environment (first) and a JSON file (second), fills in the
 * defaults, and answers them typed and frozen.
 *
 * @throws ConfigError with every problem there is.
 */
export function loadConfig<Schema extends TObject>(
  schema: Schema,
  source: ConfigSource<Schema>,
): Static<Schema> {
  const problems: ConfigProblem[] = [];
  const fileName = source.file ?? source.env['LONGWIRE_CONFIG'];
  const file = fileName ? readFile(fileName, problems) : {};
  const settings = settingsOf(schema);

  problems.push(...unknownInEnv(schema, settings, source.env));
  if (fileName) problems.push(...unknownInFile(schema, file, `file ${fileName}`));

  const config: Record<string, unknown> = {};
  const sources = new Map<string, string>();
  for (const setting of settings) {
    const found = find(setting, source.env, file, fileName);
    sources.set(setting.key, found.source);
    problems.push(...settingProblems(setting, found));
    if (found.value !== undefined) put(config, setting.path, found.value);
  }
  if (problems.length > 0) throw new ConfigError(problems);

  const typed = config as Static<Schema>;
  const crossed = source.check?.(typed) ?? [];
  if (crossed.length > 0) {
    throw new ConfigError(
      crossed.map(({ key, allowed }) => ({
        key,
        source: sources.get(key) ?? 'configuration',
        given: givenAt(settings, key, config),
        allowed,
      })),
    );
  }
  return deepFreeze(typed);
}

interface Found {
  readonly value: unknown;
  readonly source: string;
}

function find(
  setting: Setting,
  env: ConfigSource<TObject>['env'],
  file: unknown,
  fileName: string | undefined,
): Found {
  const text = env[setting.env];
  // An empty variable is how a compose file says "not set"; only a plain string can be meant to be empty.
  if (text !== undefined && (text !== '' || setting.node.type === 'string')) {
    const value = fromText(setting.node, text);
    return { value: fillDefaults(setting, value), source: setting.env };
  }
  const inFile = at(file, setting.path);
  if (inFile !== undefined)
    return { value: fillDefaults(setting, structuredClone(inFile)), source: `file ${fileName}` };
  if (setting.node.default !== undefined) {
    return { value: structuredClone(setting.node.default), source: 'default' };
  }
  return { value: undefined, source: `${setting.env} or the configuration file` };
}

function fillDefaults(setting: Setting, value: unknown): unknown {
  return Value.Default(setting.schema, value);
}

function settingProblems(setting: Setting, found: Found): ConfigProblem[] {
  const { key, node, required } = setting;
  if (found.value === undefined) {
    return required ? [{ key, source: found.source, given: 'nothing', allowed: describeAllowed(node) }] : [];
  }
  if (Value.Check(setting.schema, found.value)) return [];
  const errors = Value.Errors(setting.schema, found.value);
  return valueProblems(node, found.value, errors).map((problem) => ({
    key: key + problem.path.replaceAll('/', '.'),
    source: found.source,
    given: problem.path === '' ? describeGiven(node, found.value) : (problem.given ?? 'nothing'),
    allowed: problem.allowed,
  }));
}

function readFile(name: string, problems: ConfigProblem[]): unknown {
  const refuse = (given: string) => {
    problems.push({ key: 'LONGWIRE_CONFIG', source: name, given, allowed: 'a readable JSON file' });
    return {};
  };
  let text: string;
  try {
    text = readFileSync(name, 'utf8');
  } catch (error) {
    return refuse((error as NodeJS.ErrnoException).code ?? 'an unreadable file');
  }
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? value
      : refuse('JSON that is not an object');
  } catch (error) {
    // The parser's own message quotes the text, which may hold secrets: only the place is passed on.
    const place = /\(line \d+ column \d+\)/.exec((error as Error).message)?.[0] ?? '';
    return refuse(`text that is not JSON ${place}`.trimEnd());
  }
}

function givenAt(settings: readonly Setting[], key: string, config: unknown): string | null {
  const setting = settings.find((each) => each.key === key);
  return setting ? describeGiven(setting.node, at(config, setting.path)) : null;
}

function at(root: unknown, path: readonly string[]): unknown {
  let place = root;
  for (const name of path) {
    if (typeof place !== 'object' || place === null || !Object.hasOwn(place, name)) return undefined;
    place = (place as Record<string, unknown>)[name];
  }
  return place;
}

function put(root: Record<string, unknown>, path: readonly string[], value: unknown): void {
  let place = root;
  for (const name of path.slice(0, -1)) {
    place = (place[name] ??= {}) as Record<string, unknown>;
  }
  place[path.at(-1)!] = value;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}

/** One row of the reference of settings. */
export interface ConfigRow {
  readonly key: string;
  readonly env: string;
  /** The default as JSON; null when there is none. */
  readonly default: string | null;
  readonly required: boolean;
  readonly secret: boolean;
  readonly allowed: string;
  readonly description: string;
}

/** Every setting of a schema, for documentation and `longwire config check`. */
export function describeConfig(schema: TObject): ConfigRow[] {
  return settingsOf(schema).map(({ key, env, node, required }) => ({
    key,
    env,
    default: node.default === undefined ? null : JSON.stringify(node.default),
    required: required && node.default === undefined,
    secret: holdsSecret(node),
    allowed: describeAllowed(node),
    description: node.description ?? '',
  }));
}
