import fc from 'fast-check';
import { expect } from 'vitest';
import type { Directory, Route } from '../src/directory/index.ts';
import { route } from './directory.conformance.ts';

const clients = ['a', 'b', '__proto__'];
const nodes = ['n1', 'n2'];
const boots = ['aaaaaaaaaaaaaaaa', 'bbbbbbbbbbbbbbbb'];
const startMs = Date.now();

const client = fc.constantFrom(...clients);
const owner = fc.record({
  nodeId: fc.constantFrom(...nodes),
  boot: fc.constantFrom(...boots),
  conn: fc.integer({ min: 1, max: 3 }),
});
const timeMs = fc.integer({ min: 0, max: 5 }).map((offset) => startMs + offset);
const step = fc.oneof(
  fc.record({ call: fc.constant('claim' as const), client, owner, timeMs }),
  fc.record({ call: fc.constant('confirm' as const), client, owner, timeMs }),
  fc.record({ call: fc.constant('release' as const), client, owner }),
  fc.record({ call: fc.constant('sweep' as const), owner }),
  fc.record({ call: fc.constant('revoke' as const), client, timeMs }),
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** The directory said in a few lines of arithmetic on one list. */
class Model {
  routes: { client: string; route: Route }[] = [];
  readonly floors = new Map<string, number>();

  apply(s: Step): unknown {
    switch (s.call) {
      case 'claim': {
        if (s.timeMs <= (this.floors.get(s.client) ?? -1)) return { status: 'revoked' };
        const replaced = this.routes.find((entry) => entry.client === s.client)?.route ?? null;
        this.#keep((entry) => entry.client !== s.client);
        this.routes.push({ client: s.client, route: routeOf(s.owner) });
        return { status: 'claimed', replaced };
      }
      case 'confirm': {
        const standing = this.routes.find((entry) => entry.client === s.client)?.route;
        const own = routeOf(s.owner);
        if (standing && !owns(own, standing)) return standing;
        if (s.timeMs <= (this.floors.get(s.client) ?? -1)) return 'revoked';
        if (standing) return 'standing';
        this.routes.push({ client: s.client, route: own });
        return 'restored';
      }
      case 'release':
        return 1 === this.#keep((entry) => entry.client !== s.client || !owns(s.owner, entry.route));
      case 'sweep':
        return this.#keep(({ route: r }) => !owns({ ...s.owner, conn: r.conn }, r));
      case 'revoke':
        this.floors.set(s.client, Math.max(s.timeMs, this.floors.get(s.client) ?? 0));
        return this.routes.find((entry) => entry.client === s.client)?.route ?? null;
    }
  }

  #keep(predicate: (entry: { client: string; route: Route }) => boolean): number {
    const before = this.routes.length;
    this.routes = this.routes.filter(predicate);
    return before - this.routes.length;
  }
}

function routeOf({ nodeId, boot, conn }: Pick<Route, 'nodeId' | 'boot' | 'conn'>): Route {
  return route(conn, nodeId, boot);
}

function owns(o: Pick<Route, 'nodeId' | 'boot' | 'conn'>, r: Route): boolean {
  return o.nodeId === r.nodeId && o.boot === r.boot && o.conn === r.conn;
}

function run(directory: Directory, s: Step): Promise<unknown> {
  switch (s.call) {
    case 'claim':
      return directory.claim(s.client, routeOf(s.owner), s.timeMs);
    case 'confirm':
      return directory.confirm(s.client, routeOf(s.owner), s.timeMs);
    case 'release':
      return directory.release(s.client, s.owner);
    case 'sweep':
      return directory.sweep(s.owner.nodeId, s.owner.boot);
    case 'revoke':
      return directory.revoke(s.client, s.timeMs);
  }
}

/** Any sequence of calls answers as the model does and leaves what the model holds. `open` answers an empty directory. */
export async function directoryBehavesAsModel(open: () => Promise<Directory>): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const directory = await open();
      try {
        const model = new Model();
        for (const s of steps) expect(await run(directory, s)).toEqual(model.apply(s));
        const expected = clients.map(
          (id) => model.routes.find((entry) => entry.client === id)?.route ?? null,
        );
        expect(await directory.lookup(clients)).toEqual(expected);
        expect(await directory.count()).toBe(model.routes.length);
        for (const id of clients) {
          expect(await directory.isRevoked(id, startMs + 2)).toBe((model.floors.get(id) ?? 0) >= startMs + 2);
        }
      } finally {
        await directory.close();
      }
    }),
    { numRuns: 60 },
  );
}
