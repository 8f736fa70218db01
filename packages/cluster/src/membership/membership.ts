/**
 * Membership: which processes of the cluster are alive, and where they can be reached.
 *
 * Adapters: `EmbeddedMembership` (one process) and `ZooKeeperMembership`. Both pass `test/membership.conformance.ts`.
 */
export type MemberRole = 'push-server' | 'push-route';

export type MemberState = 'active' | 'draining';

/** A push-server has one for clients, too: `tcp` where it speaks plain TCP, `tls` where it speaks TLS; both are `host:port`. */
export interface MemberAddresses {
  /** Base URL of the node-to-node calls. */
  readonly api: string;
  readonly tcp?: string;
  readonly tls?: string;
}

/** What a weight may be. A load factor makes it smaller yet, and it must stay a number that clients can be shared out by. */
export const weightRange = { minimum: 0.001, maximum: 1000 } as const;

export interface Member {
  /** Stable name of the process, unique within its role; 1 to 64 of `A-Z a-z 0-9 . _ -`. */
  readonly nodeId: string;
  /** 16 hex digits, new at each process start: tells two lives of one node apart. */
  readonly boot: string;
  /** Where to reach it. */
  readonly addresses: MemberAddresses;
  /** Share of the clients relative to other nodes, within `weightRange`; 1 is an ordinary node. */
  readonly weight: number;
  /** What it gives itself, where `weight` is what an operator has set. Never registered. */
  readonly ownWeight?: number;
  readonly state: MemberState;
  readonly version: string;
}

/** One registration of this process. It exists until `remove`, `Membership.close`, or until another process has taken its name. */
export interface Registration {
  /** Publishes a change of weight or state. Rejects when the coordination service does not answer in time; the change is then made once it does. */
  update(change: Partial<Pick<Member, 'weight' | 'state' | 'addresses'>>): Promise<void>;
  /** Takes the member out of the list. Never rejects; safe to call twice. */
  remove(): Promise<void>;
}

export interface Membership {
  /**
   * A process that did not run for longer than this, in milliseconds, may have been taken for dead by others; Infinity where
   * nobody can.
   */
  readonly sessionTimeoutMs: number;
  /**
   * Makes this process visible under its role; resolves once it is. A record of the same nodeId that another life left is
   * replaced. The registration lives through lost links and lost sessions: the same boot is published again, as
   * often as it takes. Only when another boot stands under its nodeId is it over, and `onReplaced` is called once.
   */
  register(role: MemberRole, member: Member, onReplaced: () => void): Promise<Registration>;
  /**
   * The last list known, sorted by nodeId, push-servers with the operator's weight where one stands. It stays as it was while
   * the coordination service is away: nobody is dropped on doubt.
   */
  members(role: MemberRole): readonly Member[];
  /** Calls back after each change of the list with the new one. Returns the way to stop. */
  onChange(role: MemberRole, listener: (members: readonly Member[]) => void): () => void;
  /**
   * Sets the weight of a push-server in place of the one it gives itself, whether it runs or not, until it is set again; null
   * takes it back. Rejects when it is not within `weightRange`, or the coordination service does not answer in time.
   */
  setWeight(nodeId: string, weight: number | null): Promise<void>;
  /** The weights that operators have set, by nodeId, as last known. */
  weights(): ReadonlyMap<string, number>;
  /** False while the coordination service is out of reach, so that the list may be old. */
  isConnected(): boolean;
  /** Ends the session: every registration made here disappears at once. */
  close(): Promise<void>;
}

/**
 * Whether a process may take this name: the list is fresh and nobody stands under it. Two processes that were given one name
 * would take it from each other for ever if the one that lost it did not ask.
 */
export function isFree(membership: Membership, role: MemberRole, nodeId: string): boolean {
  return membership.isConnected() && membership.members(role).every((member) => member.nodeId !== nodeId);
}
