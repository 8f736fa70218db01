import type { ValidatorFactory } from '@fastify/ajv-compiler';
import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { Value } from 'typebox/value';
import { valueProblems, type ValueProblem } from '../schema/value-problems.ts';

/** A part of a request that its schema refuses. */
export class RequestInvalid extends Error {
  override readonly name = 'RequestInvalid';
  readonly part: string;
  readonly problems: readonly ValueProblem[];

  constructor(part: string, problems: readonly ValueProblem[]) {
    super(`The ${part} does not match its schema`);
    this.part = part;
    this.problems = problems;
  }
}

const partNames: Record<string, string> = { querystring: 'query', params: 'path' };

/**
 * Checks a part of a request with TypeBox. Nothing is removed and a body is never coerced; path, query and headers, which
 * are text, are converted to the schema's types.
 */
export const compileValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart = 'body' }) => {
  const validator = Compile(schema);
  return (given: unknown) => {
    const converted = httpPart === 'body' ? given : Value.Convert(schema, given);
    const value = Value.Default(schema, converted);
    if (validator.Check(value)) return { value };
    const problems = valueProblems(schema, value, validator.Errors(value));
    return { error: new RequestInvalid(partNames[httpPart] ?? httpPart, problems) };
  };
};

/** Fastify knows types for compilers of Ajv alone, and loads Ajv unless it is given another. */
export const buildValidator = (() => compileValidator) as unknown as ValidatorFactory;
