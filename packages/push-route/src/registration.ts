import { setTimeout as sleep } from 'node:timers/promises';
import { isFree, type Member, type Membership, type Registration } from '@longwire/cluster';
import { fullJitterMs } from '@longwire/service-kit';
import type { Logger } from 'pino';

const backoff = { baseMs: 1000, capMs: 10_000 };

/**
 * Keeps this push-route in the list of members. When another process was given its nodeId it stands aside until that one has gone,
 * and comes back under the same boot: unlike a push-server it holds nothing that others may have taken over meanwhile.
 */
export class RouteRegistration {
  readonly #membership: Membership;
  readonly #logger: Logger;
  readonly #stopped = new AbortController();
  #member: Member;
  #registration: Registration | null = null;

  constructor(membership: Membership, member: Member, logger: Logger) {
    this.#membership = membership;
    this.#member = member;
    this.#logger = logger;
  }

  async start(): Promise<void> {
    this.#registration = await this.#membership.register(
      'push-route',
      this.#member,
      () => void this.#standAside(),
    );
  }

  /** Tells others to send new pushes elsewhere; outcomes still come here. */
  async drain(): Promise<void> {
    this.#member = { ...this.#member, state: 'draining' };
    await this.#registration?.update({ state: 'draining' });
  }

  async remove(): Promise<void> {
    this.#stopped.abort();
    await this.#registration?.remove();
  }

  async #standAside(): Promise<void> {
    this.#registration = null;
    this.#logger.error('another push-route has the same nodeId; give each its own');
    const { signal } = this.#stopped;
    for (let attempt = 0; !signal.aborted; attempt++) {
      await sleep(fullJitterMs(attempt, backoff), undefined, { signal }).catch(() => undefined);
      if (signal.aborted || !isFree(this.#membership, 'push-route', this.#member.nodeId)) continue;
      try {
        await this.start();
        this.#logger.info('registered again');
        return;
      } catch (error) {
        this.#logger.warn({ err: error, attempt }, 'could not register again');
      }
    }
  }
}
