import { randomBytes } from 'node:crypto';

/** Who this process is. The boot changes only when the cluster took the earlier one for dead. */
export class NodeIdentity {
  readonly nodeId: string;
  /** Whether this boot is in the list of members; clients sign in only then, for others could not reach them. */
  isMember = false;
  #boot = newBoot();
  #lastConn = 0;

  constructor(nodeId: string) {
    this.nodeId = nodeId;
  }

  /** 16 hex digits. */
  get boot(): string {
    return this.#boot;
  }

  renewBoot(): void {
    this.#boot = newBoot();
  }

  /** The number of a new connection. It goes on over boots, so that no two are ever alike. */
  nextConn(): number {
    return ++this.#lastConn;
  }
}

function newBoot(): string {
  return randomBytes(8).toString('hex');
}
