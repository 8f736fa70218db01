import { EmbeddedDirectory, type Route } from '@longwire/cluster';
import { SendStatus } from '@longwire/protocol';
import { waitFor } from '../../../test-support/helpers.ts';
import { metric, TestCluster, type TestClient, type TestServer } from './harness.ts';
import { DirectoryLink, MembershipLink } from './links.ts';

const STEPS = 450;
export const clientIds = Array.from({ length: 8 }, (_, i) => `client-${i}`);

interface Node {
  readonly server: TestServer;
  readonly directory: DirectoryLink;
  readonly membership: MembershipLink;
}

interface Visit {
  readonly clientId: string;
  readonly issuedAtMs: number;
  readonly client: TestClient;
  /** Null until CONNECTED came. */
  connection: string | null;
}

/** mulberry32: https://gist.github.com/tommyettinger/46a874533244883189143505d203312c */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Three nodes whose links to the directory and to each other break while clients come, go and are revoked. */
export class Storm {
  readonly #random: () => number;
  readonly #real = new EmbeddedDirectory();
  readonly #nodes: Node[] = [];
  readonly #visits: Visit[] = [];
  readonly #revokedUntilMs = new Map<string, number>();
  #snapshot: (Route | null)[] = [];
  #cluster!: TestCluster;

  constructor(seed: number) {
    this.#random = randomOf(seed);
  }

  async start(): Promise<void> {
    this.#cluster = await TestCluster.create({ directory: this.#real });
    for (const nodeId of ['push-1', 'push-2', 'push-3']) {
      const directory = new DirectoryLink(this.#real);
      const membership = new MembershipLink(this.#cluster.embedded);
      const parts = { directory: directory.directory, membership: membership.membership };
      const server = await this.#cluster.start(nodeId, {}, parts);
      this.#nodes.push({ server, directory, membership });
    }
  }

  async run(): Promise<void> {
    const steps: [number, () => unknown][] = [
      [40, () => this.#login(this.#one(clientIds), this.#one(this.#nodes).server)],
      [12, () => this.#one(this.#visits)?.client.socket.destroy()],
      [6, () => this.#revoke()],
      [6, async () => (this.#snapshot = await this.#real.lookup(clientIds))],
      [4, () => this.#loseLastWrites()],
      [1, () => this.#loseAllRoutes()],
      [15, () => this.#disturb(this.#one(this.#nodes))],
      [15, () => this.#mend(this.#one(this.#nodes))],
    ];
    const total = steps.reduce((sum, [weight]) => sum + weight, 0);
    for (let step = 0; step < STEPS; step++) {
      let left = this.#random() * total;
      await steps.find(([weight]) => (left -= weight) < 0)![1]();
      await new Promise((resolve) => setTimeout(resolve, this.#random() * 15));
    }
    for (const node of this.#nodes) this.#mend(node);
  }

  /** Not waited for. */
  #login(clientId: string, server: TestServer): void {
    const issuedAtMs = Date.now() - Math.floor(this.#random() * 300);
    const begin = async () => {
      const token = await this.#cluster.token(clientId, { issuedAtMs });
      const client = await this.#cluster.connect(server, clientId, token);
      const visit: Visit = { clientId, issuedAtMs, client, connection: null };
      this.#visits.push(visit);
      visit.connection = (await client.next('connected')).connection;
    };
    // It may be refused.
    begin().catch(() => undefined);
  }

  /** Names of the live connections, once nothing is wrong any more. A route whose session is over is repaired by the next message. */
  async settled(): Promise<string[]> {
    const sender = await this.#cluster.login(this.#nodes[0]!.server, 'sender');
    const live = await waitFor(async () => {
      const found = this.#live();
      for (const clientId of clientIds) {
        if (found.some((visit) => visit.clientId === clientId)) continue;
        sender.send('send', { messageId: 'm', to: clientId, payload: null });
        const { status } = await sender.next('sent');
        if (status === SendStatus.SEND_STATUS_DELIVERED) throw new Error(`${clientId} is still there`);
      }
      const wrong = await this.#wrong(found);
      if (wrong.length > 0) throw new Error(wrong.join('; '));
      return found.map(({ connection }) => connection!);
    });
    sender.socket.destroy();
    return live;
  }

  /** Resolves when every live session was looked at again. */
  async anotherRound(): Promise<void> {
    const checked = (server: TestServer) => metric(server, 'longwire_routes_audited_total', 'standing');
    const round = async ({ server }: Node) => {
      const [before, sessions] = [await checked(server), await metric(server, 'longwire_sessions')];
      await waitFor(async () => (await checked(server)) >= before + 2 * sessions);
    };
    await Promise.all(this.#nodes.map(round));
  }

  async found(result: string): Promise<number> {
    let sum = 0;
    for (const { server } of this.#nodes)
      sum += await metric(server, 'longwire_routes_audited_total', `result="${result}"`);
    return sum;
  }

  get logins(): number {
    return this.#visits.filter(({ connection }) => connection !== null).length;
  }

  stop(): Promise<void> {
    return this.#cluster.stop();
  }

  #live(): Visit[] {
    const open = this.#visits.filter(({ client }) => !client.isClosed);
    if (open.some(({ connection }) => connection === null)) throw new Error('a login is under way');
    return open;
  }

  /** What must not be, once everything has healed. */
  async #wrong(live: readonly Visit[]): Promise<string[]> {
    const wrong: string[] = [];
    const routes = await this.#real.lookup(clientIds);
    const names = routes.map((route) => route && `${route.nodeId}/${route.boot}/${route.conn}`);
    for (const [i, clientId] of clientIds.entries()) {
      const own = live.filter((visit) => visit.clientId === clientId);
      if (own.length > 1) wrong.push(`${clientId} has ${own.length} live sessions`);
      const held = own.map(({ connection }) => connection);
      if (held.join() !== (names[i] ?? '')) wrong.push(`${clientId}: route ${names[i]}, live ${held.join()}`);
      const revokedUntilMs = this.#revokedUntilMs.get(clientId) ?? 0;
      if (own.some(({ issuedAtMs }) => issuedAtMs <= revokedUntilMs)) wrong.push(`${clientId} was revoked`);
    }
    let sessions = 0;
    for (const { server } of this.#nodes) {
      sessions += await metric(server, 'longwire_sessions');
      if ((await metric(server, 'longwire_route_releases_waiting')) > 0) wrong.push('releases wait');
    }
    // And the sender.
    if (sessions !== live.length + 1) wrong.push(`${sessions} sessions, ${live.length} clients`);
    return wrong;
  }

  #one<Item>(items: readonly Item[]): Item {
    return items[Math.floor(this.#random() * items.length)]!;
  }

  /** And the call that would close the client's connection never arrives. */
  async #revoke(): Promise<void> {
    const clientId = this.#one(clientIds);
    const untilMs = Date.now() - Math.floor(this.#random() * 300);
    this.#revokedUntilMs.set(clientId, Math.max(untilMs, this.#revokedUntilMs.get(clientId) ?? 0));
    await this.#real.revoke(clientId, untilMs);
  }

  /** Some clients' routes are again what they were some time ago, as after a fail-over to a replica that was behind. */
  async #loseLastWrites(): Promise<void> {
    for (const [i, before] of this.#snapshot.entries()) {
      if (this.#random() < 0.5) continue;
      const clientId = clientIds[i]!;
      const [now] = await this.#real.lookup([clientId]);
      if (before) await this.#real.claim(clientId, before, Infinity);
      else if (now) await this.#real.release(clientId, now);
    }
  }

  async #loseAllRoutes(): Promise<void> {
    for (const { nodeId, boot } of await this.#real.knownBoots()) {
      await this.#real.sweep(nodeId, boot);
      await this.#real.forgetBoot(nodeId, boot);
    }
  }

  #disturb({ directory, membership }: Node): void {
    const kinds: (() => unknown)[] = [
      () => (directory.state = 'cut'),
      () => (directory.state = 'answers-lost'),
      () => (directory.lateClaims ??= []),
      () => (membership.sendsNowhere = true),
      () => (membership.isConnected = false),
    ];
    this.#one(kinds)();
  }

  /** Claims that were given up take effect only now. */
  #mend({ directory, membership }: Node): void {
    directory.state = 'up';
    const late = directory.lateClaims ?? [];
    directory.lateClaims = null;
    for (const claim of late) void claim();
    membership.sendsNowhere = false;
    membership.isConnected = true;
  }
}
