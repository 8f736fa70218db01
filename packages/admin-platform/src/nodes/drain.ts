import { NodeUnreachable, type Membership, type NodeClient } from '@longwire/cluster';
import { Problem } from '@longwire/service-kit';

const drainDeadlineMs = 3000;

/** Has a push-server send its clients elsewhere and end. Answers which life of it. */
export async function drain(
  { membership, client }: { readonly membership: Membership; readonly client: NodeClient },
  nodeId: string,
): Promise<{ nodeId: string; boot: string }> {
  const members = membership.members('push-server');
  const node = members.find((member) => member.nodeId === nodeId);
  if (node === undefined)
    throw new Problem('node-not-found', `There is no push-server ${nodeId}, or it drains already`);
  if (!members.some((member) => member !== node && member.state === 'active'))
    throw new Problem(
      'only-node',
      `${nodeId} is the only active push-server: its clients would have nowhere to go`,
    );
  const { boot } = node;
  let accepted: boolean;
  try {
    accepted = await client.drain(node.addresses.api, { boot }, drainDeadlineMs);
  } catch (error) {
    if (!(error instanceof NodeUnreachable)) throw error;
    throw new Problem('upstream-failed', `Push-server ${nodeId} did not answer`, { cause: error });
  }
  if (accepted) return { nodeId, boot };
  throw new Problem('drain-refused', `${nodeId} has just restarted, or its process has other roles`);
}
