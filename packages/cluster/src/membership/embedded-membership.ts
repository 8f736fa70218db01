import { checkWeight, decodeMember, encodeMember } from './member-record.ts';
import { MemberView, withWeights } from './member-view.ts';
import type { Member, MemberRole, Membership, Registration } from './membership.ts';

interface Entry {
  member: Member;
  readonly onReplaced: () => void;
}

/** The members of a cluster that lives in one process; each part of it has its own `EmbeddedMembership` over it, or they share one. */
export class EmbeddedCluster {
  readonly #roles = {
    'push-server': { entries: new Map<string, Entry>(), view: new MemberView() },
    'push-route': { entries: new Map<string, Entry>(), view: new MemberView() },
  };

  readonly weights = new Map<string, number>();

  view(role: MemberRole): MemberView {
    return this.#roles[role].view;
  }

  has(role: MemberRole, entry: Entry): boolean {
    return this.#roles[role].entries.get(entry.member.nodeId) === entry;
  }

  put(role: MemberRole, entry: Entry): void {
    const { entries } = this.#roles[role];
    const earlier = entries.get(entry.member.nodeId);
    entries.set(entry.member.nodeId, entry);
    this.#publish(role);
    if (earlier && earlier !== entry) earlier.onReplaced();
  }

  remove(role: MemberRole, entry: Entry): void {
    if (!this.has(role, entry)) return;
    this.#roles[role].entries.delete(entry.member.nodeId);
    this.#publish(role);
  }

  setWeight(nodeId: string, weight: number | null): void {
    if (weight === null) this.weights.delete(nodeId);
    else this.weights.set(nodeId, weight);
    this.#publish('push-server');
  }

  #publish(role: MemberRole): void {
    const { entries, view } = this.#roles[role];
    const members = [...entries.values()].map((entry) => entry.member);
    view.publish(role === 'push-server' ? withWeights(members, this.weights) : members);
  }
}

/** Membership without a coordination service: what is registered is seen at once, and is lost only to another life of that name. */
export class EmbeddedMembership implements Membership {
  readonly sessionTimeoutMs = Infinity;
  readonly #cluster: EmbeddedCluster;
  readonly #registrations = new Set<Registration>();
  #isClosed = false;

  constructor(cluster: EmbeddedCluster = new EmbeddedCluster()) {
    this.#cluster = cluster;
  }

  async register(role: MemberRole, member: Member, onReplaced: () => void): Promise<Registration> {
    if (this.#isClosed) throw new Error('the membership is closed');
    const cluster = this.#cluster;
    const entry: Entry = { member: decodeMember(encodeMember(member)), onReplaced };
    const registration: Registration = {
      async update(change) {
        if (!cluster.has(role, entry)) throw new Error('this registration is over');
        entry.member = decodeMember(encodeMember({ ...entry.member, ...change }));
        cluster.put(role, entry);
      },
      remove: async () => {
        this.#registrations.delete(registration);
        cluster.remove(role, entry);
      },
    };
    cluster.put(role, entry);
    this.#registrations.add(registration);
    return registration;
  }

  members(role: MemberRole): readonly Member[] {
    return this.#cluster.view(role).members;
  }

  onChange(role: MemberRole, listener: (members: readonly Member[]) => void): () => void {
    return this.#cluster.view(role).onChange(listener);
  }

  async setWeight(nodeId: string, weight: number | null): Promise<void> {
    if (this.#isClosed) throw new Error('the membership is closed');
    checkWeight(nodeId, weight);
    this.#cluster.setWeight(nodeId, weight);
  }

  weights(): ReadonlyMap<string, number> {
    return this.#cluster.weights;
  }

  isConnected(): boolean {
    return !this.#isClosed;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const registration of [...this.#registrations]) await registration.remove();
  }
}
