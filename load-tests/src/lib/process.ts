import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { environment } from '../../../deploy/local/run.ts';
import { cpuSecondsOf, openFilesOf } from './proc.ts';

const STOP_DEADLINE_MS = 20_000;

/** No process outlives the run, whatever ends it. */
const running = new Set<ChildProcess>();
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')));

const stdioOf: Readonly<Record<'nothing' | 'messages' | 'lines', StdioOptions>> = {
  nothing: ['ignore', 'pipe', 'pipe'],
  messages: ['ignore', 'pipe', 'pipe', 'ipc'],
  lines: ['pipe', 'pipe', 'pipe'],
};

/** A process of the run: its output in a file, its use of the machine, its end. */
export class Process {
  readonly name: string;
  readonly logFile: string;
  readonly child: ChildProcess;
  /** Resolves with the exit code, the name of the signal, or why it could not be started. */
  readonly exited: Promise<number | string>;
  hasExited = false;

  /**
   * One that `speaks` lines is told and answers over stdin and stdout, one that speaks messages over Node's channel, and one that speaks nothing
   * is begun as users begin it. What the last two print is logged. The program is looked for where `isPresent` looks, too.
   */
  constructor(
    name: string,
    command: readonly string[],
    env: Record<string, string>,
    logFile: string,
    speaks: 'nothing' | 'messages' | 'lines' = 'nothing',
  ) {
    this.name = name;
    this.logFile = logFile;
    const [program = '', ...args] = command;
    this.child = spawn(program, args, {
      env: environment(env),
      stdio: stdioOf[speaks],
      serialization: 'advanced',
    });
    // One that is started again goes on in its file.
    const log = createWriteStream(logFile, { flags: 'a' });
    this.exited = new Promise((resolve) => {
      const end = (how: number | string): void => {
        this.hasExited = true;
        running.delete(this.child);
        resolve(how);
      };
      this.child.once('exit', (code, signal) => end(code ?? signal ?? 'unknown'));
      this.child.on('error', (error) => {
        log.write(`${error.message}\n`);
        // With a pid it runs, and could only not be told something.
        if (this.child.pid === undefined) end(error.message);
      });
    });
    if (speaks !== 'lines') this.child.stdout!.pipe(log, { end: false });
    this.child.stderr!.pipe(log, { end: false });
    running.add(this.child);
    // Not at the exit: what it printed last may come later.
    this.child.once('close', () => log.end());
  }

  /** Of one that could be started. */
  get pid(): number {
    return this.child.pid!;
  }

  /** User and system CPU seconds since the process began, to 10 ms. */
  cpuSeconds(): number {
    return cpuSecondsOf(this.pid);
  }

  /** File descriptors that are open. */
  openFiles(): number {
    return openFilesOf(this.pid);
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
