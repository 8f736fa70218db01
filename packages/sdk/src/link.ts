import {
  FrameType,
  decodeMessage,
  encodeFrame,
  isProtocolError,
  type Frame,
  type ProtocolError,
} from '@longwire/protocol';
import { addressOf } from './address.ts';
import { LONGEST_TIMER_MS, fullJitterMs, pause } from './backoff.ts';
import { Connection, type ConnectionHandler } from './connection.ts';
import type { ConnectionClosed, SignInFailed } from './errors.ts';
import { NodeChoice } from './node-choice.ts';
import type { ResolvedOptions } from './options.ts';
import { Renewal } from './renewal.ts';
import { signIn, type Grant } from './sign-in.ts';

/** After a connection that lasted this long, the next failure is the first again. */
const STABLE_AFTER_MS = 10_000;

/**
 * `idle`: not started. `connecting`: signing in or logging in. `connected`. `waiting`: pausing before the next attempt. `stopped`: the
 * server said to stay away, or `connect` ran out of time. `closed`: by the application, for good.
 */
export type LinkState = 'idle' | 'connecting' | 'connected' | 'waiting' | 'stopped' | 'closed';

export type LinkFailure = ConnectionClosed | SignInFailed;

export interface LinkHandler {
  stateChanged(state: LinkState, detail: string | null): void;
  /** A connection is signed in. */
  up(connection: Connection): void;
  /** PUBLISHED, SENT or DELIVER. */
  frame(connection: Connection, frame: Frame): ProtocolError | null;
  drained(connection: Connection): void;
  /** The connection that was up has ended, and another will be made. */
  down(why: ConnectionClosed): void;
  /** The server, or the auth-service, said to stay away: the link has stopped. */
  refused(why: LinkFailure): void;
}

/** Keeps one connection up: signs in, picks a node, connects, renews its token, follows redirects, waits and tries again. */
export class Link implements ConnectionHandler {
  /** What went wrong last, for whoever gives up waiting. */
  lastFailure: LinkFailure | null = null;
  readonly #options: ResolvedOptions;
  readonly #handler: LinkHandler;
  readonly #choice = new NodeChoice();
  readonly #renewal: Renewal;
  #stop: AbortController | null = null;
  #connection: Connection | null = null;
  #connectionEnded: ((why: ConnectionClosed) => void) | null = null;
  #upSinceMs = 0;
  #attempts = 0;
  /** Where to go when its time has come; null: stay. */
  #redirect: { readonly addresses: readonly string[]; readonly timer: NodeJS.Timeout } | null = null;

  constructor(options: ResolvedOptions, handler: LinkHandler) {
    this.#options = options;
    this.#handler = handler;
    this.#renewal = new Renewal(options, (grant) => this.#renewed(grant));
  }

  start(): void {
    this.#stop = new AbortController();
    void this.#run(this.#stop.signal);
  }

  /** Ends everything without a further event. Resolves when the socket is closed. */
  async stop(): Promise<void> {
    this.#stop?.abort();
    this.#renewal.stop();
    this.#cancelRedirect();
    await this.#connection?.goodbye();
  }

  async #run(stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      this.#handler.stateChanged('connecting', null);
      const failure = await this.#attempt(stop);
      if (stop.aborted || failure === null) continue;
      this.lastFailure = failure;
      if (failure.advice === 'stay-away') {
        this.#stop = null;
        this.#handler.stateChanged('stopped', failure.message);
        return this.#handler.refused(failure);
      }
      this.#handler.stateChanged('waiting', failure.message);
      const { backoffBaseMs, backoffMaxMs } = this.#options;
      await pause(failure.retryAfterMs + fullJitterMs(this.#attempts++, backoffBaseMs, backoffMaxMs), stop);
    }
  }

  /** One sign-in if it is needed, and one connection until it ends. Null: go on without a pause, as the server has asked. */
  async #attempt(stop: AbortSignal): Promise<LinkFailure | null> {
    try {
      if (this.#choice.next(Date.now()) === null) {
        const grant = await signIn(this.#options, this.#options.signInTimeoutMs, stop);
        this.#choice.granted(grant, Date.now());
        this.#renewal.granted(grant);
      }
    } catch (error) {
      return error as SignInFailed;
    }
    if (stop.aborted) return null;
    const { address, token } = this.#choice.next(Date.now())!;
    const why = await this.#serve(address, token);
    return this.#afterwards(why) ? why : null;
  }

  #serve(address: string, token: string): Promise<ConnectionClosed> {
    this.#upSinceMs = 0;
    return new Promise((resolve) => {
      this.#connectionEnded = resolve;
      const { agent, loginTimeoutMs: timeoutMs, tls } = this.#options;
      this.#connection = new Connection(address, { token, agent, timeoutMs, tls }, this);
    });
  }

  /** Draws the consequences of an end. Answers whether to pause before the next attempt. */
  #afterwards(why: ConnectionClosed): boolean {
    const wasUp = this.#upSinceMs > 0;
    if (wasUp && performance.now() - this.#upSinceMs >= STABLE_AFTER_MS) this.#attempts = 0;
    const redirect = this.#redirect;
    this.#cancelRedirect();
    if (why.advice === 'sign-in-again') this.#choice.forget();
    else if (redirect !== null && why.advice === 'reconnect') {
      this.#choice.redirected(redirect.addresses);
      // The server has spread its clients by its own delay; only nodes that send a client round in circles are waited for.
      return this.#attempts++ > 0;
    } else if (!wasUp) this.#choice.failed();
    else if (why.closeName === 'serverStopping') this.#choice.moveOn();
    return true;
  }

  connected(connection: Connection): void {
    this.#upSinceMs = performance.now();
    this.#choice.reached();
    this.#renewal.start();
    this.#handler.stateChanged('connected', null);
    this.#handler.up(connection);
  }

  frame(connection: Connection, frame: Frame): ProtocolError | null {
    if (frame.type === FrameType.redirect) return this.#redirected(frame);
    if (frame.type === FrameType.refreshed) return this.#refreshed(frame);
    return this.#handler.frame(connection, frame);
  }

  drained(connection: Connection): void {
    this.#handler.drained(connection);
  }

  ended(_connection: Connection, why: ConnectionClosed): void {
    this.#connection = null;
    this.#renewal.stop();
    const resolve = this.#connectionEnded!;
    this.#connectionEnded = null;
    if (this.#upSinceMs > 0 && why.advice !== 'stay-away' && this.#stop?.signal.aborted === false)
      this.#handler.down(why);
    resolve(why);
  }

  #renewed(grant: Grant): void {
    this.#choice.renewed(grant, Date.now());
    this.#renewal.granted(grant);
    this.#connection?.send(encodeFrame('refresh', { token: grant.token }));
  }

  /** Only now may another REFRESH be sent: the next renewal waits for this answer. */
  #refreshed(frame: Frame): ProtocolError | null {
    const refreshed = decodeMessage('refreshed', frame);
    if (isProtocolError(refreshed)) return refreshed;
    this.#renewal.start();
    return null;
  }

  #redirected(frame: Frame): ProtocolError | null {
    const redirect = decodeMessage('redirect', frame);
    if (isProtocolError(redirect)) return redirect;
    this.#cancelRedirect();
    const isTls = this.#connection?.isTls ?? false;
    const addresses = redirect.addresses.flatMap((address) => addressOf(address, isTls) ?? []);
    const leave = (): void => this.#connection?.leave('redirected by the server');
    this.#redirect = { addresses, timer: setTimeout(leave, Math.min(redirect.delayMs, LONGEST_TIMER_MS)) };
    return null;
  }

  #cancelRedirect(): void {
    if (this.#redirect !== null) clearTimeout(this.#redirect.timer);
    this.#redirect = null;
  }
}
