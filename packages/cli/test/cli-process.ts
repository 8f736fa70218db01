import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { waitFor } from '../../../test-support/helpers.ts';
import { runCli } from '../src/run-cli.ts';

const bin = new URL('../bin/longwire.js', import.meta.url).pathname;

/** Every role on a free port, and nothing of the caller's own Longwire settings. */
export const testEnv: NodeJS.ProcessEnv = {
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('LONGWIRE_'))),
  LONGWIRE_PUSH_PORT: '0',
  LONGWIRE_PUSH_HTTP_PORT: '0',
  LONGWIRE_AUTH_HTTP_PORT: '0',
  LONGWIRE_ROUTE_HTTP_PORT: '0',
  LONGWIRE_ADMIN_HTTP_PORT: '0',
  LONGWIRE_CONSUMER_HTTP_PORT: '0',
};

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** `longwire` as a process of its own. */
export class CliProcess {
  readonly child: ChildProcess;
  stdout = '';
  stderr = '';
  readonly #ended: Promise<unknown[]>;

  constructor(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = testEnv) {
    this.child = spawn(process.execPath, [bin, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.child.stdout!.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()));
    this.child.stderr!.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.#ended = once(this.child, 'close');
  }

  /** Waits until it has said this, on either stream. */
  async said(what: string): Promise<void> {
    await waitFor(() => {
      if ((this.stdout + this.stderr).includes(what)) return true;
      if (this.child.exitCode !== null) throw new Error(`ended with ${this.child.exitCode}: ${this.stderr}`);
      return false;
    });
  }

  async ended(): Promise<Outcome> {
    await this.#ended;
    return { code: this.child.exitCode, stdout: this.stdout, stderr: this.stderr };
  }

  async stop(): Promise<Outcome> {
    this.child.kill('SIGINT');
    return this.ended();
  }
}

/** One command in this process. */
export async function run(args: readonly string[], cwd: string, env = testEnv): Promise<Outcome> {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const said = Promise.all([text(stdout), text(stderr)]);
  const code = await runCli(args, { stdout, stderr, cwd, env });
  stdout.end();
  stderr.end();
  const [out, err] = await said;
  return { code, stdout: out, stderr: err };
}
