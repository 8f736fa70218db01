import {
  fenceLifeMs,
  maxTokenLifeMs,
  type ClaimResult,
  type ConfirmResult,
  type Directory,
  type LeaseResult,
  type NodeLease,
  type Route,
} from './directory.ts';

/** The directory of one process: everything in maps, every call atomic because nothing interrupts it. */
export class EmbeddedDirectory implements Directory {
  readonly #routes = new Map<string, Route>();
  readonly #floors = new Map<string, number>();
  /** By life, as the boots and the fenced are. */
  readonly #leases = new Map<string, { lease: NodeLease; endsAtMs: number }>();
  readonly #boots = new Map<string, { nodeId: string; boot: string }>();
  /** When each boot that was declared dead may be forgotten, the earliest first. */
  readonly #fencedUntilMs = new Map<string, number>();

  async claim(clientId: string, route: Route, tokenIssuedAtMs: number): Promise<ClaimResult> {
    const floor = this.#floors.get(clientId);
    if (floor !== undefined && tokenIssuedAtMs <= floor) return { status: 'revoked' };
    if (floor !== undefined && floor < Date.now() - maxTokenLifeMs) this.#floors.delete(clientId);
    const replaced = this.#routes.get(clientId) ?? null;
    this.#routes.set(clientId, { ...route });
    return { status: 'claimed', replaced };
  }

  async release(clientId: string, owner: Pick<Route, 'nodeId' | 'boot' | 'conn'>): Promise<boolean> {
    const route = this.#routes.get(clientId);
    return route !== undefined && isSameOwner(route, owner) && this.#routes.delete(clientId);
  }

  async confirm(clientId: string, route: Route, tokenIssuedAtMs: number): Promise<ConfirmResult> {
    const standing = this.#routes.get(clientId);
    if (standing !== undefined && !isSameOwner(standing, route)) return standing;
    if (tokenIssuedAtMs <= (this.#floors.get(clientId) ?? -1)) return 'revoked';
    if (standing !== undefined) return 'standing';
    this.#routes.set(clientId, { ...route });
    return 'restored';
  }

  async lookup(clientIds: readonly string[]): Promise<(Route | null)[]> {
    return clientIds.map((clientId) => this.#routes.get(clientId) ?? null);
  }

  async revoke(clientId: string, issuedAtOrBeforeMs: number): Promise<Route | null> {
    const floor = Math.max(this.#floors.get(clientId) ?? 0, issuedAtOrBeforeMs);
    this.#dropOldFloors();
    // Deleted first, so that the oldest stay in front.
    this.#floors.delete(clientId);
    this.#floors.set(clientId, floor);
    return this.#routes.get(clientId) ?? null;
  }

  async isRevoked(clientId: string, tokenIssuedAtMs: number): Promise<boolean> {
    const floor = this.#floors.get(clientId);
    return floor !== undefined && tokenIssuedAtMs <= floor;
  }

  async count(): Promise<number> {
    return this.#routes.size;
  }

  async fence(nodeId: string, boot: string): Promise<boolean> {
    const nowMs = Date.now();
    if (this.#isLeased(nodeId, boot)) return false;
    for (const [name, untilMs] of this.#fencedUntilMs) {
      if (untilMs > nowMs) break;
      this.#fencedUntilMs.delete(name);
    }
    this.#fencedUntilMs.delete(nameOf(nodeId, boot));
    this.#fencedUntilMs.set(nameOf(nodeId, boot), nowMs + fenceLifeMs);
    return true;
  }

  async sweep(nodeId: string, boot: string): Promise<number> {
    let deleted = 0;
    for (const [clientId, route] of this.#routes) {
      if (route.nodeId !== nodeId || route.boot !== boot) continue;
      this.#routes.delete(clientId);
      deleted += 1;
    }
    return deleted;
  }

  async forgetBoot(nodeId: string, boot: string): Promise<void> {
    this.#boots.delete(nameOf(nodeId, boot));
  }

  async rememberBoot(nodeId: string, boot: string): Promise<void> {
    this.#boots.set(nameOf(nodeId, boot), { nodeId, boot });
  }

  async knownBoots(): Promise<{ nodeId: string; boot: string }[]> {
    return [...this.#boots.values()];
  }

  async refreshLease(lease: NodeLease, ttlMs: number): Promise<LeaseResult> {
    const { nodeId, boot } = lease;
    const name = nameOf(nodeId, boot);
    if ((this.#fencedUntilMs.get(name) ?? 0) > Date.now()) return 'fenced';
    this.#leases.set(name, { lease: { ...lease }, endsAtMs: Date.now() + ttlMs });
    if (this.#boots.has(name)) return 'kept';
    this.#boots.set(name, { nodeId, boot });
    return 'forgotten';
  }

  async isLeased(nodeId: string, boot: string): Promise<boolean> {
    return this.#isLeased(nodeId, boot);
  }

  async dropLease(nodeId: string, boot: string): Promise<void> {
    this.#leases.delete(nameOf(nodeId, boot));
  }

  async leases(): Promise<NodeLease[]> {
    const nowMs = Date.now();
    for (const [name, { endsAtMs }] of this.#leases) if (endsAtMs <= nowMs) this.#leases.delete(name);
    return [...this.#leases.values()].map(({ lease }) => lease);
  }

  async ping(): Promise<void> {}

  async close(): Promise<void> {}

  /** Floors are in the order in which they were raised: looking ends at the first that may still refuse something. */
  #dropOldFloors(): void {
    const oldestMs = Date.now() - maxTokenLifeMs;
    for (const [clientId, floor] of this.#floors) {
      if (floor >= oldestMs) return;
      this.#floors.delete(clientId);
    }
  }

  #isLeased(nodeId: string, boot: string): boolean {
    return (this.#leases.get(nameOf(nodeId, boot))?.endsAtMs ?? 0) > Date.now();
  }
}

function nameOf(nodeId: string, boot: string): string {
  return `${nodeId}|${boot}`;
}

type Owner = Pick<Route, 'nodeId' | 'boot' | 'conn'>;

function isSameOwner(a: Owner, b: Owner): boolean {
  return a.nodeId === b.nodeId && a.boot === b.boot && a.conn === b.conn;
}
