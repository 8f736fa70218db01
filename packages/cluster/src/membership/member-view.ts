import type { Member } from './membership.ts';

/** The list of one role as it is shown to the process: sorted, and announced when it has changed. */
export class MemberView {
  readonly #listeners = new Set<(members: readonly Member[]) => void>();
  #members: readonly Member[] = [];
  #fingerprint = '[]';

  get members(): readonly Member[] {
    return this.#members;
  }

  onChange(listener: (members: readonly Member[]) => void): () => void {
    // Wrapped, so that each subscription is stopped by itself even where two share a function.
    const subscription = (members: readonly Member[]): void => listener(members);
    this.#listeners.add(subscription);
    return () => void this.#listeners.delete(subscription);
  }

  publish(members: Iterable<Member>): void {
    const sorted = [...members].sort((one, other) => (one.nodeId < other.nodeId ? -1 : 1));
    const fingerprint = JSON.stringify(sorted);
    if (fingerprint === this.#fingerprint) return;
    this.#fingerprint = fingerprint;
    this.#members = Object.freeze(sorted);
    for (const listener of [...this.#listeners]) listener(this.#members);
  }
}

/** The members with the weights that operators have set in place of their own. */
export function withWeights(
  members: Iterable<Member>,
  weights: ReadonlyMap<string, number>,
): readonly Member[] {
  return Array.from(members, (member) => {
    const weight = weights.get(member.nodeId);
    return weight === undefined ? member : { ...member, weight, ownWeight: member.weight };
  });
}
