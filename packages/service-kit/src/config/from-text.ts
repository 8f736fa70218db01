import type { SchemaNode } from '../schema/describe.ts';

/**
 * Reads the text of an environment variable as the schema wants it: numbers, `true` and `false`, lists as JSON or separated by
 * commas, objects as JSON. Text that cannot be read so is handed back as it is, for the schema to refuse.
 */
export function fromText(node: SchemaNode, text: string): unknown {
  switch (node.type) {
    case 'integer':
    case 'number':
      return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : text;
    case 'array':
      return fromListText(node, text);
    case 'object':
      return fromJson(text);
    default:
      return text;
  }
}

function fromListText(node: SchemaNode, text: string): unknown {
  if (text.trimStart().startsWith('[')) return fromJson(text);
  const items = node.items ?? {};
  if (items.type === 'object') return text;
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
    .map((item) => fromText(items, item));
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
