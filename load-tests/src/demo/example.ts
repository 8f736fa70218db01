import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { repository } from '../lib/cluster.ts';
import { Process } from '../lib/process.ts';

/** A program of `examples/` in a process of its own, and what it printed. */
export class Example {
  readonly process: Process;
  readonly lines: string[] = [];
  readonly #ended: Promise<void>;

  constructor(name: string, file: string, flags: readonly string[], apiKey: string, folder: string) {
    const command = [
      process.execPath,
      '--conditions=longwire-source',
      join(repository, 'examples', file),
      ...flags,
    ];
    this.process = new Process(name, command, { LONGWIRE_CLI_API_KEY: apiKey }, join(folder, `${name}.log`));
    const output = createInterface({ input: this.process.child.stdout! });
    output.on('line', (line) => this.lines.push(line));
    this.#ended = new Promise((resolve) => output.once('close', resolve));
  }

  /** `pushId clientId` of each push that it says it got. */
  get pushes(): string[] {
    return this.lines.flatMap((line) => {
      const [, pushId, clientId] = /^push (\S+) to (\S+): /.exec(line) ?? [];
      return pushId === undefined ? [] : [`${pushId} ${clientId}`];
    });
  }

  /** Waits for its own end, with every line read, or ends it after the deadline. Answers the exit code. */
  async exit(deadlineMs: number): Promise<number | string> {
    const timer = setTimeout(() => this.process.kill('SIGKILL'), deadlineMs);
    const exit = await this.process.exited;
    clearTimeout(timer);
    await this.#ended;
    return exit;
  }

  async stop(): Promise<void> {
    await this.process.stop();
    await this.#ended;
  }
}
