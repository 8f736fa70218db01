import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Redis } from 'ioredis';
import { freePort, waitFor } from '../../../test-support/helpers.ts';
import { environment, lastLines } from '../run.ts';

/** What of `redis.*` in the configuration names the servers that were started. */
export interface RedisServerSettings {
  readonly url: string;
  readonly mode: 'single' | 'sentinel' | 'cluster';
  readonly primaryName: string;
  readonly sentinelPassword: string;
}

/** The same as environment variables, for a process. */
export function redisEnvironment(settings: RedisServerSettings): Record<string, string> {
  return {
    LONGWIRE_REDIS_URL: settings.url,
    LONGWIRE_REDIS_MODE: settings.mode,
    ...(settings.primaryName === '' ? {} : { LONGWIRE_REDIS_PRIMARY_NAME: settings.primaryName }),
    LONGWIRE_REDIS_SENTINEL_PASSWORD: settings.sentinelPassword,
  };
}

export interface RedisProcessOptions {
  /** Where it keeps its files. */
  readonly folder: string;
  /** Its arguments, beside where it listens. */
  readonly args: readonly string[];
  readonly password?: string;
}

/** A redis-server that is a child of this process, and ends with it: to be killed, stopped for a while, and started again. */
export class RedisProcess {
  readonly port: number;
  readonly #options: RedisProcessOptions;
  #child: ChildProcess | null = null;
  readonly #endWithUs = () => this.#child?.kill('SIGKILL');

  private constructor(port: number, options: RedisProcessOptions) {
    this.port = port;
    this.#options = options;
  }

  /** Resolves once it answers. */
  static async start(options: RedisProcessOptions): Promise<RedisProcess> {
    const server = new RedisProcess(await freePort(), options);
    process.once('exit', server.#endWithUs);
    await server.restart();
    return server;
  }

  /** Starts it again where it was. Resolves once it answers. */
  async restart(): Promise<void> {
    const { folder, args, password } = this.#options;
    const listen = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', folder, '--save', ''];
    const secret = password === undefined ? [] : ['--requirepass', password];
    const child = spawn('redis-server', [...args, ...listen, ...secret], { env: environment() });
    this.#child = child;
    let printed = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text: Buffer) => (printed = (printed + text.toString()).slice(-4000)));
    // A missing program, say.
    child.on('error', (error) => (printed += error.message));
    await waitFor(async () => {
      if (child.exitCode !== null) throw new Error(lastLines(printed));
      return (await this.command('PING')) === 'PONG';
    });
  }

  /** Asks it one thing over a connection of its own. */
  async command(name: string, ...args: (string | number)[]): Promise<unknown> {
    const client = new Redis({
      host: '127.0.0.1',
      port: this.port,
      ...(this.#options.password === undefined ? {} : { password: this.#options.password }),
      lazyConnect: true,
      connectTimeout: 2000,
      commandTimeout: 5000,
      retryStrategy: () => null,
    });
    client.on('error', () => undefined); // connect() rejects with it as well
    try {
      await client.connect();
      return await client.call(name, ...args);
    } finally {
      client.disconnect();
    }
  }

  /** As a crash: nothing is said to anybody. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Keeps its connections and answers nothing, until `resume`. */
  pause(): void {
    this.#child?.kill('SIGSTOP');
  }

  resume(): void {
    this.#child?.kill('SIGCONT');
  }

  /** For good. */
  async stop(): Promise<void> {
    process.off('exit', this.#endWithUs);
    await this.#end('SIGKILL');
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }
}
