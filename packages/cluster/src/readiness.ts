import type { Directory } from './directory/index.ts';
import type { Membership } from './membership/index.ts';
import type { Store } from './store/index.ts';
import type { UpstreamLog } from './upstream/index.ts';

/** What /readyz asks: each backend that a role works with, by name. */
export function readinessOf({
  directory,
  membership,
  upstream,
  store,
}: {
  readonly directory?: Directory;
  readonly membership?: Membership;
  readonly upstream?: UpstreamLog;
  readonly store?: Store;
}): Record<string, () => Promise<void>> {
  return {
    ...(directory && { directory: () => directory.ping() }),
    ...(membership && { membership: async () => assertConnected(membership) }),
    ...(upstream && { upstream: () => upstream.ping() }),
    ...(store && { store: () => store.ping() }),
  };
}

function assertConnected(membership: Membership): void {
  if (!membership.isConnected()) throw new Error('the membership is not connected');
}
