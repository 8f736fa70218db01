import { pino, type DestinationStream, type Logger } from 'pino';
import type { LogSettings } from '../config/sections.ts';

export interface LoggerOptions {
  readonly service: string;
  readonly level: LogSettings['level'];
  readonly nodeId?: string;
  /** Where the lines go; standard output unless told. */
  readonly destination?: DestinationStream;
}

const secretFields = ['authorization', 'token', 'secret', 'clientSecret', 'password', 'apiKey'];

/** One JSON object a line, with `service`, `nodeId` and, where a request or message has one, `traceId`. */
export function createLogger({ service, level, nodeId, destination }: LoggerOptions): Logger {
  const options = {
    level,
    base: nodeId === undefined ? { service } : { service, nodeId },
    formatters: { level: (label: string) => ({ level: label }) },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    redact: { paths: secretFields.flatMap((field) => [field, `*.${field}`]), censor: '(not shown)' },
    serializers: { err: describeError },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

interface DescribedError {
  readonly type: string;
  readonly message: string;
  readonly stack?: string;
  readonly code?: string;
  readonly cause?: DescribedError;
}

/** Only these fields: libraries hang whole commands and their arguments on their errors. */
export function describeError(error: unknown, depth = 0): DescribedError {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error) };
  const { code } = error as { code?: unknown };
  return {
    type: error.name,
    message: error.message,
    ...(error.stack !== undefined && { stack: error.stack }),
    ...(typeof code === 'string' && { code }),
    ...(error.cause !== undefined && depth < 3 && { cause: describeError(error.cause, depth + 1) }),
  };
}
