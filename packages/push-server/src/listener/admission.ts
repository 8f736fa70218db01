import { networkOf } from '@longwire/service-kit';
import type { PushServerSettings } from '../config.ts';
import { AcceptRate, spreadWaitMs } from './accept-rate.ts';
import type { ClaimWindow } from './claim-window.ts';
import type { LoopDelay } from './loop-delay.ts';
import type { ConnectionBounds } from './open-files.ts';

export type RefusalReason =
  | 'connections'
  | 'openFiles'
  | 'eventLoop'
  | 'unauthenticatedPerAddress'
  | 'unauthenticated'
  | 'acceptRate'
  | 'claimWait';

export interface Refusal {
  readonly reason: RefusalReason;
  readonly retryAfterMs: number;
  /** Whether the socket may stay until the client has read why, or has to go as soon as the reason is written. */
  readonly mayLinger: boolean;
}

export type AdmissionLimits = ConnectionBounds &
  Pick<
    PushServerSettings,
    'maxUnauthenticated' | 'maxUnauthenticatedPerAddress' | 'acceptsPerSecond' | 'maxEventLoopDelayMs'
  >;

/** Refused sockets that are open still: they take memory and file descriptors, too. */
const MAX_LINGERING = 1024;

/** Decides which sockets become connections. Whoever asks tells it, too, when one of them has signed in and when it has gone. */
export class Admission {
  readonly #limits: AdmissionLimits;
  readonly #loopDelay: Pick<LoopDelay, 'currentMs'>;
  readonly #claims: Pick<ClaimWindow, 'isFull'>;
  readonly #acceptRate: AcceptRate;
  readonly #unauthenticatedByNetwork = new Map<string, number>();
  #open = 0;
  #unauthenticated = 0;
  #refusedOpen = 0;

  constructor(
    limits: AdmissionLimits,
    loopDelay: Pick<LoopDelay, 'currentMs'>,
    claims: Pick<ClaimWindow, 'isFull'>,
  ) {
    this.#limits = limits;
    this.#loopDelay = loopDelay;
    this.#claims = claims;
    this.#acceptRate = new AcceptRate(limits.acceptsPerSecond);
  }

  /** Connections that are admitted and not signed in. */
  get unauthenticated(): number {
    return this.#unauthenticated;
  }

  /** Null: it is admitted, and counts as not signed in. `fileDescriptor` is -1 where it is not known. */
  admit(address: string, fileDescriptor: number): Refusal | null {
    const network = networkOf(address);
    const sameNetwork = this.#unauthenticatedByNetwork.get(network) ?? 0;
    const why = this.#whyNot(network, sameNetwork, fileDescriptor);
    if (why === null) {
      this.#open++;
      this.#unauthenticated++;
      this.#unauthenticatedByNetwork.set(network, sameNetwork + 1);
      return null;
    }
    const mayLinger = why.reason !== 'openFiles' && this.#refusedOpen < MAX_LINGERING;
    this.#refusedOpen++;
    return { ...why, mayLinger };
  }

  /** An admitted one is signed in. */
  signedIn(address: string): void {
    this.#freePlace(address);
  }

  /** The socket of an admitted one is closed. `address` is null for one that was signed in. */
  left(address: string | null): void {
    this.#open--;
    if (address !== null) this.#freePlace(address);
  }

  /** The socket of a refused one is closed. */
  refusedLeft(): void {
    this.#refusedOpen--;
  }

  #freePlace(address: string): void {
    const network = networkOf(address);
    const left = (this.#unauthenticatedByNetwork.get(network) ?? 0) - 1;
    if (left > 0) this.#unauthenticatedByNetwork.set(network, left);
    else this.#unauthenticatedByNetwork.delete(network);
    this.#unauthenticated--;
  }

  #whyNot(
    network: string,
    sameNetwork: number,
    fileDescriptor: number,
  ): Pick<Refusal, 'reason' | 'retryAfterMs'> | null {
    const full = this.#whatIsFull(sameNetwork, fileDescriptor);
    if (full !== null) return { reason: full, retryAfterMs: spreadWaitMs() };
    // Asked late: who is refused for what is full takes no place from others.
    const waitMs = this.#acceptRate.take(network, performance.now());
    if (waitMs > 0) return { reason: 'acceptRate', retryAfterMs: waitMs };
    // Has taken its place all the same: as soon as claims are quick the rate comes in, and not what was saved up of it.
    return this.#claims.isFull ? { reason: 'claimWait', retryAfterMs: spreadWaitMs() } : null;
  }

  #whatIsFull(sameNetwork: number, fileDescriptor: number): RefusalReason | null {
    const limits = this.#limits;
    if (fileDescriptor >= limits.maxFileDescriptor) return 'openFiles';
    if (this.#open >= limits.maxConnections) return 'connections';
    if (this.#loopDelay.currentMs() > limits.maxEventLoopDelayMs) return 'eventLoop';
    if (this.#unauthenticated >= limits.maxUnauthenticated) return 'unauthenticated';
    if (sameNetwork >= this.#mostOfOneNetwork()) return 'unauthenticatedPerAddress';
    return null;
  }

  /**
   * In proportion to the places that are free, so that a few networks cannot fill them all: each newcomer finds one. So chosen that one network
   * alone, with all other places free, comes to just its maximum.
   */
  #mostOfOneNetwork(): number {
    const { maxUnauthenticated: most, maxUnauthenticatedPerAddress: perNetwork } = this.#limits;
    if (perNetwork >= most) return most;
    return Math.min(perNetwork, ((most - this.#unauthenticated) * perNetwork) / (most - perNetwork));
  }
}
