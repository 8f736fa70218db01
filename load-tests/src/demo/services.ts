import { join } from 'node:path';
import { repository, type Cluster, type Node } from '../lib/cluster.ts';

export interface Services {
  readonly auths: readonly Node[];
  readonly pushServers: readonly Node[];
  readonly admin: Node;
}

/** Starts every service of the demo side by side, each in a process of its own. */
export async function startServices(cluster: Cluster): Promise<Services> {
  const env = { LONGWIRE_PUSH_HANDLER_MODULES: join(repository, 'examples/handlers/echo.ts') };
  const [auth1, auth2, push1, push2, push3, admin] = await Promise.all([
    cluster.start('auth', 'auth-1'),
    cluster.start('auth', 'auth-2'),
    cluster.start('push', 'push-1', { env }),
    cluster.start('push', 'push-2', { env }),
    cluster.start('push', 'push-3', { env }),
    cluster.start('admin', 'admin'),
    cluster.start('route', 'route-1'),
    cluster.start('route', 'route-2'),
    cluster.start('consumer', 'consumer'),
  ]);
  return { auths: [auth1, auth2], pushServers: [push1, push2, push3], admin };
}
