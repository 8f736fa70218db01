import { readFileSync } from 'node:fs';
import { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { RedisSettings } from '../config.ts';
import { DirectoryUnavailable } from './directory.ts';

/** packages/cluster/lua, which lies beside src/ and dist/ alike. */
const luaFolder = new URL('../../lua/', import.meta.url);

const scriptNames = [
  'claim',
  'confirm',
  'release',
  'lookup',
  'revoke',
  'sweep',
  'count',
  'refresh-lease',
  'drop-lease',
] as const;
export type ScriptName = (typeof scriptNames)[number];

/** Calls that may be waiting for Redis at once; beyond it a call is refused at once, so that a slow Redis costs no memory. */
const maxCallsInFlight = 2000;
const reconnectCapMs = 2000;

type ScriptCall = (keyCount: number, ...keysAndArgs: (string | number)[]) => Promise<unknown>;

/**
 * One connection to Redis that answers every call before its deadline, with `DirectoryUnavailable` if need be.
 *
 * A call made before the first connection stands waits for it; later, a call without a connection is refused at once.
 */
export class RedisClient {
  readonly #redis: Redis;
  readonly #scripts: ReadonlyMap<ScriptName, ScriptCall>;
  readonly #firstAttempt: Promise<void>;
  #attempted = false;
  #closed = false;
  #callsInFlight = 0;

  constructor(settings: RedisSettings, logger: Logger) {
    this.#redis = new Redis(settings.url, {
      connectTimeout: settings.commandTimeoutMs,
      commandTimeout: settings.commandTimeoutMs,
      // A connection that goes silent while calls wait is given up: its calls are not only timed out but forgotten.
      socketTimeout: settings.commandTimeoutMs,
      // 0, not 1: what was under way when the connection broke is refused then, rather than at its deadline.
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
      enableOfflineQueue: false,
      retryStrategy: (attempt) => Math.random() * Math.min(reconnectCapMs, 50 * 2 ** Math.min(attempt, 10)),
      reconnectOnError: (error) => error.message.startsWith('READONLY'),
    });
    this.#scripts = new Map(scriptNames.map((name) => [name, this.#define(name)]));
    this.#firstAttempt = this.#watch(logger, settings.commandTimeoutMs);
  }

  /** Runs a script; see the .lua file of that name for its keys and arguments. */
  script<Result>(
    name: ScriptName,
    keys: readonly string[],
    args: readonly (string | number)[],
  ): Promise<Result> {
    const call = this.#scripts.get(name) as ScriptCall;
    return this.call(() => call(keys.length, ...keys, ...args) as Promise<Result>);
  }

  async call<Result>(command: (redis: Redis) => Promise<Result>): Promise<Result> {
    if (this.#callsInFlight >= maxCallsInFlight) {
      throw new DirectoryUnavailable(`${maxCallsInFlight} calls are waiting for Redis already`);
    }
    this.#callsInFlight += 1;
    try {
      if (!this.#attempted) await this.#firstAttempt;
      return await command(this.#redis);
    } catch (error) {
      const cause = withoutArguments(error);
      throw new DirectoryUnavailable(`Redis did not take the call: ${cause.message}`, { cause });
    } finally {
      this.#callsInFlight -= 1;
    }
  }

  close(): void {
    this.#closed = true;
    this.#redis.disconnect();
  }

  /** ioredis sends a script's text once a connection and its hash from then on, and the text again after NOSCRIPT. */
  #define(name: ScriptName): ScriptCall {
    const command = `lw-${name}`;
    this.#redis.defineCommand(command, { lua: readFileSync(new URL(`${name}.lua`, luaFolder), 'utf8') });
    const commands = this.#redis as unknown as Record<string, ScriptCall>;
    return (...given) => (commands[command] as ScriptCall).apply(this.#redis, given);
  }

  /** Logs each loss and each return of the connection once. Resolves when the first attempt has come to an end. */
  #watch(logger: Logger, attemptTimeoutMs: number): Promise<void> {
    let up: boolean | null = null;
    return new Promise((resolve) => {
      const attempted = () => {
        this.#attempted = true;
        resolve();
      };
      setTimeout(attempted, attemptTimeoutMs).unref();
      this.#redis.on('ready', () => {
        if (up !== true) logger.info('Redis is connected');
        up = true;
        attempted();
      });
      this.#redis.on('close', () => {
        if (up !== false && !this.#closed) logger.warn('Redis is out of reach');
        up = false;
        attempted();
      });
      this.#redis.on('error', (error: Error) => {
        logger.debug({ reason: error.message }, 'Redis connection failed');
      });
    });
  }
}

/** ioredis hangs the failed command on its errors; of HELLO that is the password. */
function withoutArguments(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  if ('command' in error) delete error.command;
  return error;
}
