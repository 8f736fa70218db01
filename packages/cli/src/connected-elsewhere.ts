import type { CliContext } from './context.ts';
import { findTarget } from './target.ts';

const deadlineMs = 2000;

/**
 * A client has one connection, and the newest is it: says so where another one is about to end. That is a courtesy, left out
 * where the admin API cannot be asked.
 */
export async function remarkIfElsewhere(context: CliContext, clientId: string): Promise<void> {
  const { admin, hasKey } = await findTarget(context);
  if (!hasKey) return;
  const path = `/v1/clients/${encodeURIComponent(clientId)}`;
  const client = await admin.get<{ online: boolean }>(path, deadlineMs).catch(() => null);
  if (client?.online === true)
    context.terminal.remark(`${clientId} is connected elsewhere; this takes its place`);
}
