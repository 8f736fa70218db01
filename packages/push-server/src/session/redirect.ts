import { setTimeout as delay } from 'node:timers/promises';
import type { Member } from '@longwire/cluster';
import { encodeFrame } from '@longwire/protocol';
import type { Session } from './session.ts';

/** A redirected client leaves at a random time up to this, so that those of one tick do not arrive together. */
export const MAX_REDIRECT_DELAY_MS = 1000;
/** The first and what to try when it does not answer. */
export const REDIRECT_ADDRESSES = 3;
const TICK_MS = 50;

/**
 * Tells a client to go to one of these nodes, best first; to ask the auth-service, if there are none. It goes over TLS if it is connected so: those
 * that do not speak as this node does are left out.
 */
export function redirect(session: Session, nodes: readonly Member[]): void {
  const kind = session.connection.transport.isSecure ? 'tls' : 'tcp';
  const addresses = nodes.flatMap((node) => node.addresses[kind] ?? []).slice(0, REDIRECT_ADDRESSES);
  const delayMs = Math.round(Math.random() * MAX_REDIRECT_DELAY_MS);
  session.connection.write(encodeFrame('redirect', { addresses, delayMs }));
}

/** How many may be acted on by now, at an even rate. What a stalled event loop has left unused is not caught up with. */
export class Pace {
  readonly #perSecond: number;
  #budget = 1;
  #lastMs = performance.now();

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** Takes one; false when it must wait for the next tick. */
  take(): boolean {
    if (this.#budget < 1) return false;
    this.#budget--;
    return true;
  }

  /** Waits for the next tick. */
  async tick(): Promise<void> {
    await delay(TICK_MS);
    const nowMs = performance.now();
    this.#budget += (Math.min(nowMs - this.#lastMs, 4 * TICK_MS) / 1000) * this.#perSecond;
    // A slow pace saves up for one, a fast one for no more than it gets in a tick.
    this.#budget = Math.min(this.#budget, Math.max(1, (4 * TICK_MS * this.#perSecond) / 1000));
    this.#lastMs = nowMs;
  }
}
