/** A TypeBox schema seen as the JSON Schema that it is: the keywords that Longwire uses. `secret: true` marks a value that is never shown. */
export interface SchemaNode {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly SchemaNode[];
  readonly items?: SchemaNode;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly patternProperties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | SchemaNode;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly pattern?: string | RegExp;
  readonly format?: string;
  readonly default?: unknown;
  readonly description?: string;
  readonly secret?: boolean;
}

/** Says in words what a schema accepts: `an integer from 1 to 10`, `one of "a", "b"`. */
export function describeAllowed(node: SchemaNode): string {
  if ('const' in node) return JSON.stringify(node.const);
  if (node.enum) return oneOf(node.enum);
  if (node.anyOf) {
    const constants = node.anyOf.filter((each) => 'const' in each);
    return constants.length === node.anyOf.length
      ? oneOf(constants.map((each) => each.const))
      : node.anyOf.map(describeAllowed).join(', or ');
  }
  switch (node.type) {
    case 'integer':
      return `an integer${range(node.minimum, node.maximum)}`;
    case 'number':
      return `a number${range(node.minimum, node.maximum)}`;
    case 'string':
      return describeString(node);
    case 'boolean':
      return 'true or false';
    case 'null':
      return 'null';
    case 'array':
      return `a list${counted(node.minItems, node.maxItems, 'entries')}, each ${describeAllowed(node.items ?? {})}`;
    case 'object':
      return describeObject(node);
    default:
      return 'any value';
  }
}

/** Whether a value of this schema is, or holds, something that must not be shown. */
export function holdsSecret(node: SchemaNode): boolean {
  const children = [node.items, ...(node.anyOf ?? []), ...Object.values(node.properties ?? {})];
  return node.secret === true || children.some((child) => child !== undefined && holdsSecret(child));
}

/** What was given, in at most 100 characters; of lists and objects only what they are; of secrets nothing. */
export function describeGiven(node: SchemaNode, value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  if (holdsSecret(node) && value !== '') return '(not shown)';
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length <= 100 ? text : `${text.slice(0, 99)}…`;
}

function describeString(node: SchemaNode): string {
  const length = counted(node.minLength, node.maxLength, 'characters');
  const format = node.format === undefined ? '' : ` in the format ${node.format}`;
  // An expression says it exactly, its description so that it can be read.
  const hint = node.description === undefined ? '' : ` (${node.description})`;
  const pattern = node.pattern === undefined ? '' : ` matching ${String(node.pattern)}${hint}`;
  return `a string${length}${format}${pattern}`;
}

function describeObject(node: SchemaNode): string {
  if (!node.properties) return 'an object';
  const required = new Set(node.required);
  const names = Object.keys(node.properties).map((name) => (required.has(name) ? name : `${name}?`));
  return `an object { ${names.join(', ')} }`;
}

function oneOf(values: readonly unknown[]): string {
  return `one of ${values.map((value) => JSON.stringify(value)).join(', ')}`;
}

function range(from: number | undefined, to: number | undefined): string {
  if (from !== undefined && to !== undefined) return ` from ${from} to ${to}`;
  if (from !== undefined) return ` of at least ${from}`;
  return to === undefined ? '' : ` of at most ${to}`;
}

function counted(from: number | undefined, to: number | undefined, what: string): string {
  if (from !== undefined && to !== undefined) return ` of ${from} to ${to} ${what}`;
  if (from !== undefined) return ` of at least ${from} ${what}`;
  return to === undefined ? '' : ` of at most ${to} ${what}`;
}
