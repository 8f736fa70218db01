import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { Mistake } from '../mistake.ts';
import { pastTime } from '../options.ts';
import { describePush, type PushReport } from '../push-report.ts';
import { findTarget, type Target } from '../target.ts';

interface PushOptions {
  readonly to?: string;
  readonly all?: boolean;
  readonly registeredSince?: string;
  readonly wait: boolean;
}

const waitDeadlineMs = 30_000;
const longestPauseMs = 1000;

export function addPush(program: Command, context: CliContext): void {
  program
    .command('push <text>')
    .description('push a text to clients and tell what became of it; exits with 1 if it failed for any')
    .option('--to <clientIds>', 'these clients, separated by commas')
    .option('--all', 'everyone who is online')
    .option(
      '--registered-since <time>',
      'clients registered since a time, or since an age such as 10m',
      pastTime,
    )
    .option('--no-wait', 'end as soon as the push is accepted')
    .action(async (text: string, options: PushOptions) => {
      const audience = audienceOf(options);
      const target = await findTarget(context);
      const { pushId } = await target.admin.post<{ pushId: string }>('/v1/pushes', {
        audience,
        payload: { text },
      });
      if (!options.wait) return context.terminal.result({ pushId }, `push ${pushId} accepted`);
      const report = await waitForEnd(target, pushId);
      const description = describePush(report);
      if (report.state === 'done' && report.totals.failed === 0)
        return context.terminal.result(report, description);
      context.terminal.result(
        { ...report, error: { code: 'not-delivered', message: description } },
        description,
      );
      context.exitCode = 1;
    });
}

function audienceOf({ to, all, registeredSince }: PushOptions): object {
  const given = [
    ...(to === undefined ? [] : [{ clientIds: to.split(',').map((clientId) => clientId.trim()) }]),
    ...(all === true ? [{ everyone: true }] : []),
    ...(registeredSince === undefined ? [] : [{ registeredSince }]),
  ];
  if (given.length !== 1)
    throw new Mistake('say to whom with one of --to A,B  --all  --registered-since <time>', 2);
  return given[0]!;
}

/** The report of a push that has ended, or the last one before the deadline. */
async function waitForEnd({ admin }: Target, pushId: string): Promise<PushReport> {
  const deadline = performance.now() + waitDeadlineMs;
  for (let pauseMs = 20; ; pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
    const report = await admin.get<PushReport>(`/v1/pushes/${encodeURIComponent(pushId)}`);
    if (report.state !== 'running' || performance.now() > deadline) return report;
    await sleep(pauseMs);
  }
}
