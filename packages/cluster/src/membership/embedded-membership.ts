import { decodeMember, encodeMember } from './member-record.ts';
import { MemberView } from './member-view.ts';
import type { Member, MemberRole, Membership, Registration } from './membership.ts';

interface Entry {
  member: Member;
  readonly onLost: () => void;
}

/** The members of a cluster that lives in one process; each part of it has its own `EmbeddedMembership` over it, or they share one. */
export class EmbeddedCluster {
  readonly #roles = {
    'push-server': { entries: new Map<string, Entry>(), view: new MemberView() },
    'push-route': { entries: new Map<string, Entry>(), view: new MemberView() },
  };

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
    if (earlier && earlier !== entry) earlier.onLost();
  }

  remove(role: MemberRole, entry: Entry): void {
    if (!this.has(role, entry)) return;
    this.#roles[role].entries.delete(entry.member.nodeId);
    this.#publish(role);
  }

  #publish(role: MemberRole): void {
    const { entries, view } = this.#roles[role];
    view.publish([...entries.values()].map((entry) => entry.member));
  }
}

/** Membership without a coordination service: what is registered is seen at once, and is lost only to a later life. */
export class EmbeddedMembership implements Membership {
  readonly #cluster: EmbeddedCluster;
  readonly #registrations = new Set<Registration>();
  #isClosed = false;

  constructor(cluster: EmbeddedCluster = new EmbeddedCluster()) {
    this.#cluster = cluster;
  }

  async register(role: MemberRole, member: Member, onLost: () => void): Promise<Registration> {
    if (this.#isClosed) throw new Error('the membership is closed');
    const cluster = this.#cluster;
    const entry: Entry = { member: decodeMember(encodeMember(member)), onLost };
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

  isConnected(): boolean {
    return !this.#isClosed;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const registration of [...this.#registrations]) await registration.remove();
  }
}
