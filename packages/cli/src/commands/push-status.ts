import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { describePush, type PushReport } from '../push-report.ts';
import { findTarget } from '../target.ts';

export function addPushStatus(program: Command, context: CliContext): void {
  program
    .command('push-status <pushId>')
    .description('how a push goes')
    .action(async (pushId: string) => {
      const { admin } = await findTarget(context);
      const report = await admin.get<PushReport>(`/v1/pushes/${encodeURIComponent(pushId)}`);
      context.terminal.result(report, describePush(report));
    });
}
