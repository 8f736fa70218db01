import { randomBytes } from 'node:crypto';

/** One life of a node: the first two parts of each of its connections' names. */
export interface NodeLife {
  readonly nodeId: string;
  /** 16 hex digits. */
  readonly boot: string;
}

/** Who this process is. The boot changes only when the cluster took the earlier one for dead. */
export class NodeIdentity {
  readonly nodeId: string;
  /** Whether this boot is in the list of members; clients sign in only then, for others could not reach them. */
  isMember = false;
  #life: NodeLife;
  #lastConn = 0;

  constructor(nodeId: string) {
    this.nodeId = nodeId;
    this.#life = newLife(nodeId);
  }

  /** The same object for all that happens in this life. */
  get life(): NodeLife {
    return this.#life;
  }

  /** 16 hex digits. */
  get boot(): string {
    return this.#life.boot;
  }

  renewBoot(): void {
    this.#life = newLife(this.nodeId);
  }

  /** The number of a new connection. It goes on over boots, so that no two are ever alike. */
  nextConn(): number {
    return ++this.#lastConn;
  }
}

function newLife(nodeId: string): NodeLife {
  return { nodeId, boot: randomBytes(8).toString('hex') };
}
