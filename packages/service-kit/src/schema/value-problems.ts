import type { TLocalizedValidationError } from 'typebox/error';
import { describeAllowed, describeGiven, type SchemaNode } from './describe.ts';

/** One place of a value that its schema refuses. */
export interface ValueProblem {
  /** JSON Pointer into the value; empty for the value itself. */
  readonly path: string;
  /** What stands there; left out when nothing does. */
  readonly given?: string;
  readonly allowed: string;
}

/** Turns a validator's errors into one problem per place, in the order of the places. */
export function valueProblems(
  schema: SchemaNode,
  value: unknown,
  errors: readonly TLocalizedValidationError[],
): ValueProblem[] {
  const problems = new Map<string, ValueProblem>();
  const add = (problem: ValueProblem) => problems.set(problem.path, problem);
  for (const error of errors) {
    const node = follow(schema, error.schemaPath);
    if (error.keyword === 'required') {
      for (const name of error.params.requiredProperties) {
        const path = `${error.instancePath}/${escapePointer(name)}`;
        add({ path, allowed: describeAllowed(node?.properties?.[name] ?? {}) });
      }
    } else if (error.keyword === 'additionalProperties') {
      const known = Object.keys(node?.properties ?? {}).join(', ');
      for (const name of error.params.additionalProperties) {
        add({
          path: `${error.instancePath}/${escapePointer(name)}`,
          given: 'an unknown property',
          allowed: known,
        });
      }
    } else if (error.keyword !== 'boolean') {
      // The errors of the branches of a union come before its own, which describes all of them: the last one wins.
      add({
        path: error.instancePath,
        given: describeGiven(node ?? {}, follow(value, error.instancePath)),
        allowed: describeAllowed(node ?? {}),
      });
    }
  }
  return [...problems.values()];
}

/** Follows a JSON Pointer, with or without the `#` of a schema path. */
function follow<T>(root: T, pointer: string): T | undefined {
  const steps = pointer.replace(/^#/, '').split('/').slice(1);
  let place: unknown = root;
  for (const step of steps) {
    if (typeof place !== 'object' || place === null) return undefined;
    place = (place as Record<string, unknown>)[unescapePointer(step)];
  }
  return place as T | undefined;
}

function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

function unescapePointer(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~');
}
