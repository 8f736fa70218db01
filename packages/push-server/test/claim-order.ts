import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Redis } from 'ioredis';

const script = readFileSync(new URL('../../cluster/lua/claim.lua', import.meta.url), 'utf8');
/** The first call of a connection shows its text, with line ends as MONITOR writes them; the others name it. */
const scriptNames = [script.replaceAll('\n', '\\n'), createHash('sha1').update(script).digest('hex')];

/**
 * The claims in the order in which Redis was asked for them, whatever it made of them, as MONITOR shows them: claim.lua says what its arguments are.
 * So which login is the newest is known without the routes, the answers and the nodes.
 */
export class ClaimOrder {
  readonly #monitor: Redis;
  /** By client, `nodeId/boot/conn` of each claim. */
  readonly #claims = new Map<string, string[]>();

  private constructor(monitor: Redis, keyPrefix: string) {
    this.#monitor = monitor;
    monitor.on('monitor', (_: string, [command = '', name = '', keyCount, ...rest]: string[]) => {
      const isClaim = /^eval(sha)?$/i.test(command) && scriptNames.includes(name);
      if (isClaim && rest[0]!.startsWith(keyPrefix)) this.#take(rest.slice(Number(keyCount) + 1));
    });
  }

  static async open(url: string, keyPrefix: string): Promise<ClaimOrder> {
    const redis = new Redis(url);
    const monitor = await redis.monitor();
    redis.disconnect();
    return new ClaimOrder(monitor as Redis, keyPrefix);
  }

  of(clientId: string): readonly string[] {
    return this.#claims.get(clientId) ?? [];
  }

  close(): void {
    this.#monitor.disconnect();
  }

  #take(claims: readonly string[]): void {
    for (let at = 0; at < claims.length; at += 3) {
      const [clientId, route] = claims.slice(at, at + 2) as [string, string];
      const [nodeId, boot, conn] = route.split('|') as [string, string, string];
      const names = this.#claims.get(clientId) ?? [];
      this.#claims.set(clientId, names);
      names.push(`${nodeId}/${boot}/${parseInt(conn, 36)}`);
    }
  }
}
