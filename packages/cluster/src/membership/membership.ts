/**
 * Membership: which processes of the cluster are alive, and where they can be reached.
 *
 * Adapters: `EmbeddedMembership` (one process) and `ZooKeeperMembership`. Both pass `test/membership.conformance.ts`.
 */
export type MemberRole = 'push-server' | 'push-route';

export type MemberState = 'active' | 'draining';

export interface Member {
  /** Stable name of the process, unique within its role; 1 to 64 of `A-Z a-z 0-9 . _ -`. */
  readonly nodeId: string;
  /** 16 hex digits, new at each process start: tells two lives of one node apart. */
  readonly boot: string;
  /** Where to reach it. `api` is the base URL of its node-to-node calls; a push-server also has `tcp` as `host:port`. */
  readonly addresses: { readonly api: string; readonly tcp?: string };
  /** Share of the clients relative to other nodes; above 0, at most 1000; 1 is an ordinary node. */
  readonly weight: number;
  readonly state: MemberState;
  readonly version: string;
}

/** One registration of this process. It exists until `remove`, or until the coordination service drops it. */
export interface Registration {
  /** Publishes a change of weight or state. Rejects when the coordination service does not answer in time. */
  update(change: Partial<Pick<Member, 'weight' | 'state' | 'addresses'>>): Promise<void>;
  /** Takes the member out of the list. Safe to call twice. */
  remove(): Promise<void>;
}

export interface Membership {
  /**
   * Makes this process visible under its role; resolves once it is. A record of the same nodeId left by an earlier
   * life is replaced. After a short loss of the link the same registration goes on. If the session was lost
   * for good, others may already have taken this process for dead: `onLost` is called once, the registration is over,
   * and the owner registers again under a new boot.
   */
  register(role: MemberRole, member: Member, onLost: () => void): Promise<Registration>;
  /** The last list known, sorted by nodeId. It stays as it was while the coordination service is away: nobody is dropped on doubt. */
  members(role: MemberRole): readonly Member[];
  /** Calls back after each change of the list with the new one. Returns the way to stop. */
  onChange(role: MemberRole, listener: (members: readonly Member[]) => void): () => void;
  /** False while the coordination service is out of reach, so that the list may be old. */
  isConnected(): boolean;
  /** Ends the session: every registration made here disappears at once. */
  close(): Promise<void>;
}
