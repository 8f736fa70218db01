import { maxTokenLifeMs, type ClaimResult, type Directory, type NodeLease, type Route } from './directory.ts';

/** The directory of one process: everything in maps, every call atomic because nothing interrupts it. */
export class EmbeddedDirectory implements Directory {
  readonly #routes = new Map<string, Route>();
  readonly #floors = new Map<string, number>();
  readonly #leases = new Map<string, { lease: NodeLease; endsAtMs: number }>();
  readonly #boots = new Map<string, { nodeId: string; boot: string }>();

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
    if (route?.nodeId !== owner.nodeId || route.boot !== owner.boot || route.conn !== owner.conn)
      return false;
    return this.#routes.delete(clientId);
  }

  async lookup(clientIds: readonly string[]): Promise<(Route | null)[]> {
    return clientIds.map((clientId) => this.#routes.get(clientId) ?? null);
  }

  async revoke(clientId: string, issuedAtOrBeforeMs: number): Promise<void> {
    const floor = Math.max(this.#floors.get(clientId) ?? 0, issuedAtOrBeforeMs);
    this.#dropOldFloors();
    // Deleted first, so that the oldest stay in front.
    this.#floors.delete(clientId);
    this.#floors.set(clientId, floor);
  }

  async isRevoked(clientId: string, tokenIssuedAtMs: number): Promise<boolean> {
    const floor = this.#floors.get(clientId);
    return floor !== undefined && tokenIssuedAtMs <= floor;
  }

  async count(): Promise<number> {
    return this.#routes.size;
  }

  async sweep(nodeId: string, boot: string): Promise<number> {
    let deleted = 0;
    for (const [clientId, route] of this.#routes) {
      if (route.nodeId !== nodeId || route.boot !== boot) continue;
      this.#routes.delete(clientId);
      deleted += 1;
    }
    this.#boots.delete(`${nodeId}|${boot}`);
    return deleted;
  }

  async rememberBoot(nodeId: string, boot: string): Promise<void> {
    this.#boots.set(`${nodeId}|${boot}`, { nodeId, boot });
  }

  async knownBoots(): Promise<{ nodeId: string; boot: string }[]> {
    return [...this.#boots.values()];
  }

  async refreshLease(lease: NodeLease, ttlMs: number): Promise<void> {
    this.#leases.set(lease.nodeId, { lease: { ...lease }, endsAtMs: Date.now() + ttlMs });
  }

  async dropLease(nodeId: string, boot: string): Promise<void> {
    if (this.#leases.get(nodeId)?.lease.boot === boot) this.#leases.delete(nodeId);
  }

  async leases(): Promise<NodeLease[]> {
    const nowMs = Date.now();
    for (const [nodeId, { endsAtMs }] of this.#leases) if (endsAtMs <= nowMs) this.#leases.delete(nodeId);
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
}
