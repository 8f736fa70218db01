import { Type, type Static } from 'typebox';
import type { ValueProblem } from '../schema/value-problems.ts';
import { problemCatalogue, type ProblemCode } from './catalogue.ts';

export interface ProblemOptions {
  /** Where the request is wrong. */
  readonly errors?: readonly ValueProblem[];
  /** Header fields of the answer, for example Retry-After. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Outcome per readiness check. */
  readonly checks?: Readonly<Record<string, 'ok' | 'failed'>>;
  readonly cause?: unknown;
}

/** An error that a caller of an HTTP API is told, as RFC 9457 problem details. Throw it from a handler. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly #options: ProblemOptions;

  /** @param detail what is wrong this time; shown to the caller, so nothing secret. */
  constructor(code: ProblemCode, detail: string, options: ProblemOptions = {}) {
    super(detail, { cause: options.cause });
    this.code = code;
    this.status = problemCatalogue[code].status;
    this.headers = options.headers ?? {};
    this.#options = options;
  }

  /** The body of the answer. */
  toBody(traceId: string): ProblemBody {
    const { errors, checks } = this.#options;
    return {
      type: `urn:longwire:problem:${this.code}`,
      title: problemCatalogue[this.code].title,
      status: this.status,
      detail: this.message,
      code: this.code,
      traceId,
      ...(errors && { errors: [...errors] }),
      ...(checks && { checks }),
    };
  }
}

export const problemBody = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    code: Type.String({ description: 'stable; see docs/errors.md' }),
    traceId: Type.String({ description: 'the same id is in the logs' }),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          path: Type.String({ description: 'JSON Pointer into the part of the request named in detail' }),
          given: Type.Optional(Type.String()),
          allowed: Type.String(),
        }),
      ),
    ),
    checks: Type.Optional(Type.Record(Type.String(), Type.Enum(['ok', 'failed']))),
  },
  { title: 'Problem' },
);

export type ProblemBody = Static<typeof problemBody>;

/** Response schemas of a route for the problems that it may answer with, to be spread into its `response`. */
export function problemResponses(...codes: readonly ProblemCode[]): Record<number, typeof problemBody> {
  const byStatus = new Map<number, ProblemCode[]>();
  for (const code of codes) {
    const { status } = problemCatalogue[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, each]) => [status, { ...problemBody, description: each.join(', ') }]),
  );
}
