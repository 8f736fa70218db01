import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from './backend.ts';
import { environment, lastLines } from './run.ts';

const stopTimeoutMs = 20_000;

/** A process that outlives this one. Its folder remembers it: `pid` (who it is), `log` (what it printed). */
interface Daemon {
  pid: number;
  /** The kernel's start time of that pid: after a reboot the same number may be someone else. Null where unknown. */
  startTime: string | null;
}

/** Starts the command in `folder`, in the background. */
export async function startDaemon(folder: string, command: Command): Promise<void> {
  const log = await open(join(folder, 'log'), 'a');
  try {
    const child = spawn(command.program, command.args, {
      cwd: folder,
      env: environment(),
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
    });
    await once(child, 'spawn');
    child.unref();
    const pid = child.pid ?? 0;
    const daemon: Daemon = { pid, startTime: await startTime(pid) };
    await writeFile(join(folder, 'pid'), JSON.stringify(daemon));
  } finally {
    await log.close();
  }
}

export async function isDaemonRunning(folder: string): Promise<boolean> {
  return (await runningDaemon(folder)) !== null;
}

/** Ends the daemon of this folder, if it runs: SIGTERM, and SIGKILL when that was not enough. */
export async function stopDaemon(folder: string): Promise<void> {
  const daemon = await runningDaemon(folder);
  if (daemon) {
    process.kill(daemon.pid, 'SIGTERM');
    const deadline = Date.now() + stopTimeoutMs;
    while (await runningDaemon(folder)) {
      if (Date.now() > deadline) process.kill(daemon.pid, 'SIGKILL');
      await sleep(50);
    }
  }
  await rm(join(folder, 'pid'), { force: true });
}

/** The end of what the daemon printed. */
export async function lastWords(folder: string): Promise<string> {
  return lastLines(await readFile(join(folder, 'log'), 'utf8').catch(() => ''));
}

async function runningDaemon(folder: string): Promise<Daemon | null> {
  const text = await readFile(join(folder, 'pid'), 'utf8').catch(() => null);
  if (text === null) return null;
  const daemon = JSON.parse(text) as Daemon;
  return isAlive(daemon.pid) && (await startTime(daemon.pid)) === daemon.startTime ? daemon : null;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Field 22 of /proc/<pid>/stat; the second field, the name in parentheses, may hold spaces (see proc(5)). */
async function startTime(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (stat === null) return null;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const isZombie = fields[0] === 'Z';
  return isZombie ? 'ended' : (fields[19] ?? null);
}
