import { setTimeout as sleep } from 'node:timers/promises';
import type { Member, Membership, Registration } from '@longwire/cluster';
import { fullJitterMs } from '@longwire/service-kit';
import type { Logger } from 'pino';

const backoff = { baseMs: 500, capMs: 10_000 };

/**
 * Keeps this push-route in the list of members. Registers again under the same boot after a loss: unlike a push-server it
 * holds nothing that others may have taken over meanwhile.
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
    this.#registration = await this.#membership.register('push-route', this.#member, () => this.#onLost());
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

  #onLost(): void {
    this.#registration = null;
    this.#logger.warn('the registration is lost');
    void this.#registerAgain();
  }

  async #registerAgain(): Promise<void> {
    const { signal } = this.#stopped;
    for (let attempt = 0; !signal.aborted; attempt++) {
      await sleep(fullJitterMs(attempt, backoff), undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      if (this.#isReplaced()) {
        this.#logger.error('another push-route has the same nodeId; give each its own');
        continue;
      }
      try {
        await this.start();
        this.#logger.info('registered again');
        return;
      } catch (error) {
        this.#logger.warn({ err: error, attempt }, 'could not register again');
      }
    }
  }

  /** Two processes of one name must not take it from each other for ever. */
  #isReplaced(): boolean {
    const { nodeId, boot } = this.#member;
    return this.#membership
      .members('push-route')
      .some((member) => member.nodeId === nodeId && member.boot !== boot);
  }
}
