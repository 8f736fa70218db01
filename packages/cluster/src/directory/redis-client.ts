import { readFileSync } from 'node:fs';
import type { Logger } from 'pino';
import type { RedisSettings } from '../config.ts';
import { DirectoryUnavailable } from './directory.ts';
import { connectRedis, type RedisConnection } from './redis-connection.ts';

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
  'fence',
] as const;
export type ScriptName = (typeof scriptNames)[number];

/**
 * Calls that may be waiting for Redis at once; beyond it a call is refused at once, so that a slow Redis costs no memory. In a cluster a call holds
 * few entries, elsewhere up to 100.
 */
const maxCallsInFlight = { single: 2000, sentinel: 2000, cluster: 20_000 };

/** Full jitter: after a fail-over many do so at once. */
const beginAgainWithinMs = 500;

type ScriptCall = (keyCount: number, ...keysAndArgs: (string | number)[]) => Promise<unknown>;

/**
 * The connection to Redis, or to each master of a Redis Cluster, that answers every call before its deadline, with `DirectoryUnavailable` if need be.
 *
 * A call made before the first connection stands waits for it; later, a call without a connection is refused at once.
 */
export class RedisClient {
  readonly #redis: RedisConnection;
  readonly #scripts: ReadonlyMap<ScriptName, ScriptCall>;
  readonly #firstAttempt: Promise<void>;
  #attempted = false;
  #closed = false;
  readonly #maxCallsInFlight: number;
  #callsInFlight = 0;

  constructor(settings: RedisSettings, logger: Logger) {
    this.#redis = connectRedis(settings);
    this.#maxCallsInFlight = maxCallsInFlight[settings.mode];
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

  async call<Result>(command: (redis: RedisConnection) => Promise<Result>): Promise<Result> {
    if (this.#callsInFlight >= this.#maxCallsInFlight) {
      throw new DirectoryUnavailable(`${this.#callsInFlight} calls are waiting for Redis already`);
    }
    this.#callsInFlight += 1;
    try {
      if (!this.#attempted) await this.#firstAttempt;
      // A cluster would keep the call until it can be reached again, however late.
      if (this.#redis.status !== 'ready') throw new Error('there is no connection');
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

  /**
   * ioredis (6.0.0) gives up for good when a sentinel tells of a fail-over in the moment in which another is asked for the primary: it takes
   * its own disconnecting for ours.
   */
  #beginAgain(): void {
    const again = (): void => {
      // What fails is tried again by ioredis, or ends here once more.
      if (!this.#closed) this.#redis.connect().catch(() => undefined);
    };
    setTimeout(again, Math.random() * beginAgainWithinMs).unref();
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
      this.#redis.on('end', () => this.#beginAgain());
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
