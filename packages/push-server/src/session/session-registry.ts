import type { Route } from '@longwire/cluster';
import type { Session } from './session.ts';

/** The sessions of this process by client id. At most one is live per client. */
export class SessionRegistry {
  readonly #live = new Map<string, Session>();
  readonly #claiming = new Map<string, readonly Session[]>();

  /** How many clients are signed in here. */
  get size(): number {
    return this.#live.size;
  }

  /** Nobody is signed in or about to be. */
  get isEmpty(): boolean {
    return this.#live.size === 0 && this.#claiming.size === 0;
  }

  /** The live session of a client, or null. */
  get(clientId: string): Session | null {
    return this.#live.get(clientId) ?? null;
  }

  /** The sessions of a client whose routes are being claimed, oldest first. */
  claiming(clientId: string): readonly Session[] {
    return this.#claiming.get(clientId) ?? [];
  }

  /** The session of this client on exactly this connection, live or being claimed, or null. */
  find(clientId: string, { boot, conn }: Pick<Route, 'boot' | 'conn'>): Session | null {
    const isNamed = ({ life, connection }: Session): boolean =>
      life.boot === boot && connection.conn === conn;
    const live = this.get(clientId);
    return live !== null && isNamed(live) ? live : (this.claiming(clientId).find(isNamed) ?? null);
  }

  addClaiming(session: Session): void {
    this.#claiming.set(session.clientId, [...this.claiming(session.clientId), session]);
  }

  /** Makes a session the live one of its client. Answers the one that it takes the place of. */
  promote(session: Session): Session | null {
    this.#removeClaiming(session);
    const replaced = this.get(session.clientId);
    session.state = 'live';
    this.#live.set(session.clientId, session);
    return replaced;
  }

  /** Takes a session out, whatever its state. A newer one of the same client stays. */
  remove(session: Session): void {
    session.state = 'ended';
    this.#removeClaiming(session);
    if (this.#live.get(session.clientId) === session) this.#live.delete(session.clientId);
  }

  /** Live sessions; may be walked while sessions come and go. */
  live(): IterableIterator<Session> {
    return this.#live.values();
  }

  #removeClaiming(session: Session): void {
    const others = this.claiming(session.clientId).filter((each) => each !== session);
    if (others.length > 0) this.#claiming.set(session.clientId, others);
    else this.#claiming.delete(session.clientId);
  }
}
