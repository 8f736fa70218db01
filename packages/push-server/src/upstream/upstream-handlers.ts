import { pathToFileURL } from 'node:url';
import {
  UpstreamFull,
  UpstreamTooLarge,
  UpstreamUnavailable,
  type UpstreamLog,
  type UpstreamRecord,
} from '@longwire/cluster';
import { isKind } from '@longwire/protocol';
import { ConfigError, withDeadline } from '@longwire/service-kit';
import type { Logger } from 'pino';

export type UpstreamAnswer =
  /** The message is safe: the client may forget it. */
  | { readonly status: 'accepted' }
  /** Not now; the client sends it again. */
  | { readonly status: 'retry'; readonly detail: string }
  /** Never; the client gives up. */
  | { readonly status: 'rejected'; readonly detail: string };

/** Business code for one kind of message. `next` publishes to the upstream log, as every kind without a handler does. */
export type UpstreamHandler = (
  message: UpstreamRecord,
  next: (message: UpstreamRecord) => Promise<UpstreamAnswer>,
) => Promise<UpstreamAnswer>;

/** How long a handler may take until the client is told to send again. */
const HANDLER_DEADLINE_MS = 15_000;
const MAX_RUNNING_HANDLERS = 10_000;

/** Who takes which kind of upstream message. */
export class UpstreamHandlers {
  readonly #log: UpstreamLog;
  readonly #logger: Logger;
  readonly #handlers = new Map<string, UpstreamHandler>();
  #running = 0;

  constructor(log: UpstreamLog, logger: Logger) {
    this.#log = log;
    this.#logger = logger;
  }

  /** @throws Error when the kind is not valid or has a handler already, or the handler is not a function. */
  register(kind: string, handler: UpstreamHandler): void {
    if (!isKind(kind))
      throw new Error(`the kind ${JSON.stringify(kind)} is not 1 to 64 of A-Z a-z 0-9 . _ -`);
    if (typeof handler !== 'function') throw new Error(`the handler of ${kind} is not a function`);
    if (this.#handlers.has(kind)) throw new Error(`the kind ${kind} has a handler already`);
    this.#handlers.set(kind, handler);
  }

  /** Registers what each module exports as `upstreamHandlers`, an object of handlers by kind. @throws ConfigError */
  async load(modules: readonly string[]): Promise<void> {
    for (const module of modules) {
      try {
        const specifier = /^[./]/.test(module) ? pathToFileURL(module).href : module;
        const { upstreamHandlers } = (await import(specifier)) as {
          upstreamHandlers?: Record<string, UpstreamHandler> | null;
        };
        if (typeof upstreamHandlers !== 'object' || upstreamHandlers === null)
          throw new Error('it exports no object upstreamHandlers');
        for (const [kind, handler] of Object.entries(upstreamHandlers)) this.register(kind, handler);
      } catch (error) {
        throw new ConfigError([
          {
            key: 'push.handlerModules',
            source: module,
            given: (error as Error).message,
            allowed: 'a module that exports upstreamHandlers: { [kind]: async (message, next) => answer }',
          },
        ]);
      }
    }
  }

  /** Never rejects: what a handler throws is logged and becomes `retry`. */
  handle(message: UpstreamRecord): Promise<UpstreamAnswer> {
    const handler = this.#handlers.get(message.kind);
    return handler === undefined ? this.#publish(message) : this.#ask(handler, message);
  }

  async #ask(handler: UpstreamHandler, message: UpstreamRecord): Promise<UpstreamAnswer> {
    const { kind, traceId } = message;
    if (this.#running >= MAX_RUNNING_HANDLERS)
      return { status: 'retry', detail: 'too many messages are being handled' };
    this.#running++;
    try {
      const answer = handler(message, (record) => this.#publish(record));
      return checked(await withDeadline(answer, HANDLER_DEADLINE_MS, `the handler of ${kind}`));
    } catch (error) {
      this.#logger.error({ err: error, kind, traceId }, 'an upstream handler failed');
      return { status: 'retry', detail: 'the handler of this kind failed' };
    } finally {
      this.#running--;
    }
  }

  async #publish(message: UpstreamRecord): Promise<UpstreamAnswer> {
    try {
      await this.#log.publish(message);
      return { status: 'accepted' };
    } catch (error) {
      const { traceId, kind } = message;
      if (error instanceof UpstreamFull)
        return { status: 'retry', detail: 'the queue to the upstream log is full' };
      if (error instanceof UpstreamTooLarge)
        return { status: 'rejected', detail: 'the message is larger than the upstream log takes' };
      if (!(error instanceof UpstreamUnavailable))
        this.#logger.error({ err: error, kind, traceId }, 'publish failed');
      return { status: 'retry', detail: 'the upstream log does not answer' };
    }
  }
}

/** Handlers may be written in JavaScript: what they answer is looked at before it is believed. */
function checked(answer: UpstreamAnswer): UpstreamAnswer {
  const { status } = answer;
  if (status === 'accepted') return answer;
  if ((status === 'retry' || status === 'rejected') && typeof answer.detail === 'string') return answer;
  throw new Error('it did not answer accepted, or retry or rejected with a detail');
}
