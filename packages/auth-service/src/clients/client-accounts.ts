import type { Store } from '@longwire/cluster';
import { equalInConstantTime, newSecret, sha256 } from '@longwire/service-kit';

export interface NewAccount {
  /** Shown once, here; only its SHA-256 is stored. */
  readonly clientSecret: string;
  readonly registeredAtMs: number;
}

/** No secret has this hash: what an unknown client's secret is compared with. */
const noHash = new Uint8Array(32);

/** Who may sign in. */
export class ClientAccounts {
  readonly #store: Pick<Store, 'insertClient' | 'findClient'>;

  constructor(store: Pick<Store, 'insertClient' | 'findClient'>) {
    this.#store = store;
  }

  /** Registers a client under a new random secret; null when the id is taken. */
  async register(clientId: string): Promise<NewAccount | null> {
    const clientSecret = newSecret('lws_');
    const registeredAtMs = Date.now();
    const isNew = await this.#store.insertClient({
      clientId,
      secretHash: sha256(clientSecret),
      registeredAtMs,
    });
    return isNew ? { clientSecret, registeredAtMs } : null;
  }

  /** Whether the secret is this client's. An unknown client costs the same work as a wrong secret. */
  async isSecretOf(clientId: string, clientSecret: string): Promise<boolean> {
    const row = await this.#store.findClient(clientId);
    return equalInConstantTime(sha256(clientSecret), row?.secretHash ?? noHash);
  }
}
