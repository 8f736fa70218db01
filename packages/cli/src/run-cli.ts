import { readFileSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { Command, CommanderError } from 'commander';
import { addClient } from './commands/client.ts';
import { addConfig } from './commands/config.ts';
import { addDev } from './commands/dev.ts';
import { addDoctor } from './commands/doctor.ts';
import { addKeys } from './commands/keys.ts';
import { addListen } from './commands/listen.ts';
import { addNodes } from './commands/nodes.ts';
import { addPublish } from './commands/publish.ts';
import { addPushStatus } from './commands/push-status.ts';
import { addPush } from './commands/push.ts';
import { addRegister } from './commands/register.ts';
import { addRevoke } from './commands/revoke.ts';
import { addSend } from './commands/send.ts';
import { addServe } from './commands/serve.ts';
import { addStatus } from './commands/status.ts';
import { addToken } from './commands/token.ts';
import type { CliContext } from './context.ts';
import { failureOf } from './failure.ts';
import { checkOwnSettings } from './own-settings.ts';
import { Terminal } from './terminal.ts';

export interface CliSurroundings {
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/**
 * Runs one command line (without node and script). Answers with the exit code: 0 done, 1 it did not work, 2 asked wrongly.
 * With `--json` standard output tells of every failure with one object that has `error: { code, message }`.
 */
export async function runCli(args: readonly string[], surroundings: CliSurroundings): Promise<number> {
  const { stdout, stderr, cwd, env } = surroundings;
  const terminal = new Terminal(stdout, stderr);
  // Until the command line has been understood, which it may never be.
  terminal.json = asksForJson(args);
  const context: CliContext = { terminal, cwd, env, exitCode: 0 };
  try {
    await buildProgram(context, { stdout, stderr }).parseAsync(args, { from: 'user' });
    return context.exitCode;
  } catch (error) {
    const isTold = error instanceof CommanderError;
    if (isTold && error.exitCode === 0) return 0;
    const { code, message, exitCode } = failureOf(error);
    if (terminal.json) terminal.result({ error: { code, message } }, '');
    if (!isTold) terminal.remark(message);
    return exitCode;
  }
}

function buildProgram(
  context: CliContext,
  { stdout, stderr }: Pick<CliSurroundings, 'stdout' | 'stderr'>,
): Command {
  const program = new Command('longwire')
    .description('Runs the roles of a Longwire cluster, and uses and watches one.')
    .version(version)
    .option('--json', 'print results, and what went wrong, as one JSON object a line')
    .showHelpAfterError('(longwire --help shows all commands)')
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
    })
    .exitOverride()
    .hook('preAction', (_program, command) => {
      context.terminal.json = command.optsWithGlobals<{ json?: boolean }>().json === true;
      checkOwnSettings(context.env);
    });
  for (const add of [
    addDev,
    addServe,
    addRegister,
    addToken,
    addRevoke,
    addListen,
    addSend,
    addPublish,
    addPush,
    addPushStatus,
    addNodes,
    addStatus,
    addClient,
    addDoctor,
    addConfig,
    addKeys,
  ])
    add(program, context);
  return program;
}

function asksForJson(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return args.slice(0, end === -1 ? args.length : end).includes('--json');
}
