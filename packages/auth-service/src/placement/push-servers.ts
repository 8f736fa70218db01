import type { NodeChoice } from '@longwire/cluster';

/** One of the two addresses, as `host:port`: `tls` where the node speaks TLS. */
export interface PushServerAddress {
  readonly nodeId: string;
  readonly tcp?: string;
  readonly tls?: string;
}

/** The first choice and two alternatives. */
const choices = 3;

/** Names the push-servers of a client: stable per client, by weight, none over its share. */
export class PushServers {
  readonly #choice: Pick<NodeChoice, 'choose'>;

  constructor(choice: Pick<NodeChoice, 'choose'>) {
    this.#choice = choice;
  }

  /** The best first; fewer than three when there are no more, none when no push-server is active. */
  choose(clientId: string): PushServerAddress[] {
    return this.#choice
      .choose(clientId, choices)
      .map(({ nodeId, addresses: { tcp, tls } }) =>
        tls === undefined ? { nodeId, tcp: tcp! } : { nodeId, tls },
      );
  }
}
