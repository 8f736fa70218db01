export type { Member, MemberRole, Membership, MemberState, Registration } from './membership.ts';
export { isFree, weightRange } from './membership.ts';
export { EmbeddedCluster, EmbeddedMembership } from './embedded-membership.ts';
export { ZooKeeperMembership } from './zookeeper-membership.ts';
