import { CommanderError } from 'commander';
import { ConnectionClosed, SignInFailed } from '@longwire/sdk';
import { Mistake } from './mistake.ts';

/** Why a command did not do what it was asked for. */
export interface Failure {
  /** For programs: the code of the API's problem or of the protocol's close, or a stable word. */
  readonly code: string;
  readonly message: string;
  readonly exitCode: 1 | 2;
}

export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { code: 'internal', message: String(error), exitCode: 1 };
  const { message } = error;
  if (error instanceof Mistake) return { code: error.code, message, exitCode: error.exitCode };
  if (error instanceof CommanderError) return { code: 'usage', message: usageMessage(error), exitCode: 2 };
  if (error.name === 'ConfigError') return { code: 'wrong-configuration', message, exitCode: 2 };
  if (isBug(error)) return { code: 'internal', message: error.stack ?? message, exitCode: 1 };
  return { code: codeOf(error), message, exitCode: 1 };
}

function codeOf(error: Error): string {
  if (error instanceof SignInFailed && error.code !== null) return error.code;
  if (error instanceof ConnectionClosed && error.closeName !== null) return kebab(error.closeName);
  // The SDK's errors say with their names what happened: MessageTimeout is message-timeout.
  return error.name === 'Error' ? 'failed' : kebab(error.name);
}

function usageMessage({ code, message }: CommanderError): string {
  if (code === 'commander.help') return 'a command is missing';
  return message.replace(/^error: /, '');
}

/** Errors that say something about this program, and nothing about what it was asked to do. */
function isBug(error: Error): boolean {
  return [TypeError, RangeError, ReferenceError, SyntaxError].some((type) => error instanceof type);
}

function kebab(name: string): string {
  return name.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
}
