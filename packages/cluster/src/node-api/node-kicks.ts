import { closeCodes, type CloseName } from '@longwire/protocol';
import type { Logger } from 'pino';
import { setTimeout as delay } from 'node:timers/promises';
import type { Route } from '../directory/directory.ts';
import { fullJitterMs } from '../full-jitter.ts';
import type { NodeAddresses } from './node-addresses.ts';
import type { NodeClient } from './node-client.ts';

/**
 * 'closed': the node has closed the connection. 'not-there': it has no such connection, or is gone with all of them.
 * 'unreached': it did not answer, or too many calls were under way; the connection may still be there.
 */
export type KickResult = 'closed' | 'not-there' | 'unreached';

const ATTEMPTS = 6;
const CALL_DEADLINE_MS = 2000;
const PAUSE = { baseMs: 100, capMs: 2000 };
/** When a node dies, all its clients come at once. */
const MAX_UNDER_WAY = 20_000;

/**
 * Has other nodes close connections that must not go on. A call that fails is repeated for some seconds; what could not be reached then
 * is left to that node's own audit of its routes.
 */
export class NodeKicks {
  readonly #nodes: Pick<NodeAddresses, 'ofLife'>;
  readonly #client: Pick<NodeClient, 'kick'>;
  readonly #logger: Logger;
  #underWay = 0;
  #isClosed = false;

  constructor(nodes: Pick<NodeAddresses, 'ofLife'>, client: Pick<NodeClient, 'kick'>, logger: Logger) {
    this.#nodes = nodes;
    this.#client = client;
    this.#logger = logger;
  }

  /** Closes exactly the connection of this route. Never rejects. */
  async kick(clientId: string, route: Route, close: CloseName): Promise<KickResult> {
    if (this.#underWay >= MAX_UNDER_WAY) return 'unreached';
    this.#underWay++;
    try {
      return await this.#kick(clientId, route, close);
    } finally {
      this.#underWay--;
    }
  }

  /** Gives up what is under way. Before the node client is closed. */
  close(): void {
    this.#isClosed = true;
  }

  async #kick(clientId: string, { nodeId, boot, conn }: Route, close: CloseName): Promise<KickResult> {
    const request = { clientId, boot, conn, closeCode: closeCodes[close].code };
    for (let attempt = 0; attempt < ATTEMPTS && !this.#isClosed; attempt++) {
      if (attempt > 0) await delay(fullJitterMs(attempt, PAUSE));
      const api = await this.#nodes.ofLife({ nodeId, boot });
      if (api === null) return 'not-there';
      try {
        return (await this.#client.kick(api, request, CALL_DEADLINE_MS)) ? 'closed' : 'not-there';
      } catch (error) {
        // When a node dies all its clients come this way: not worth a line each.
        this.#logger.debug({ err: error, clientId, node: nodeId, attempt }, 'could not close a connection');
      }
    }
    return 'unreached';
  }
}
