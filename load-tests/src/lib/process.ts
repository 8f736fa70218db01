import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Linux counts CPU time in these: sysconf(_SC_CLK_TCK) is 100 on every architecture that Node supports. */
const TICKS_PER_SECOND = 100;
const STOP_DEADLINE_MS = 20_000;

/** No process outlives the run, whatever ends it. */
const running = new Set<ChildProcess>();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/** A process of the run: its output in a file, its use of the machine, its end. */
export class Process {
  readonly name: string;
  readonly child: ChildProcess;
  /** Resolves with the exit code, or the name of the signal. */
  readonly exited: Promise<number | string>;
  hasExited = false;

  constructor(name: string, command: readonly string[], env: Record<string, string>, logFile: string) {
    this.name = name;
    const [program = '', ...args] = command;
    this.child = spawn(program, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      serialization: 'advanced',
    });
    // One that is started again goes on in its file.
    const log = createWriteStream(logFile, { flags: 'a' });
    this.child.stdout!.pipe(log, { end: false });
    this.child.stderr!.pipe(log, { end: false });
    this.exited = new Promise((resolve) => {
      this.child.once('exit', (code, signal) => {
        this.hasExited = true;
        running.delete(this.child);
        resolve(code ?? signal ?? 'unknown');
      });
    });
    running.add(this.child);
    // Not at the exit: what it printed last may come later.
    this.child.once('close', () => log.end());
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** User and system CPU seconds since the process began, to 10 ms. */
  cpuSeconds(): number {
    const stat = readFileSync(`/proc/${this.pid}/stat`, 'utf8');
    // The second field is the program's name in parentheses, which may hold spaces.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  }

  /** Resident memory in bytes: what the process uses itself, without what the kernel keeps for its sockets. */
  residentBytes(): number {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) * 1024;
  }

  /** File descriptors that are open. */
  openFiles(): number {
    return readdirSync(`/proc/${this.pid}/fd`).length;
  }

  kill(signal: NodeJS.Signals): void {
    if (!this.hasExited) this.child.kill(signal);
  }

  /** SIGTERM, and SIGKILL if that does not end it. Answers the exit code. */
  async stop(): Promise<number | string> {
    this.kill('SIGTERM');
    const timer = setTimeout(() => this.kill('SIGKILL'), STOP_DEADLINE_MS);
    const exit = await this.exited;
    clearTimeout(timer);
    return exit;
  }

  /** Waits until a GET answers 200. Throws when the process ends before, or the deadline passes. */
  async ready(url: string, deadlineMs = 60_000): Promise<void> {
    const deadline = performance.now() + deadlineMs;
    while (performance.now() < deadline) {
      if (this.hasExited) throw new Error(`${this.name} ended with ${await this.exited} before it was ready`);
      try {
        if ((await fetch(url, { signal: AbortSignal.timeout(2000) })).ok) return;
      } catch {
        // Not listening yet.
      }
      await sleep(50);
    }
    throw new Error(`${this.name} was not ready within ${deadlineMs} ms`);
  }
}
