import { pino } from 'pino';
import { afterAll, describe } from 'vitest';
import { realBackend, uniqueName } from '../../../test-support/backends.ts';
import { EmbeddedCluster, EmbeddedMembership, ZooKeeperMembership } from '../src/membership/index.ts';
import { membershipConformance } from './membership.conformance.ts';
import { removeTree } from './zookeeper-tools.ts';

membershipConformance('EmbeddedMembership', () => {
  const cluster = new EmbeddedCluster();
  return { join: async () => new EmbeddedMembership(cluster) };
});

const servers = realBackend('zookeeper');

describe.skipIf(servers === null)('ZooKeeper', () => {
  const rootPath = `/${uniqueName('membership-test-')}`;
  const logger = pino({ level: 'silent' });
  afterAll(() => removeTree(servers as string, rootPath));

  membershipConformance('ZooKeeperMembership', () => {
    const settings = {
      servers: servers as string,
      sessionTimeoutMs: 10_000,
      rootPath: `${rootPath}/${uniqueName('')}`,
    };
    return { join: () => ZooKeeperMembership.connect({ settings, logger }) };
  });
});
