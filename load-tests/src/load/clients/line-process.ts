import { createInterface } from 'node:readline';
import { Process } from '../../lib/process.ts';

const ANSWER_DEADLINE_MS = 60_000;

interface Waiting {
  readonly command: string;
  readonly timer: NodeJS.Timeout;
  readonly resolve: (answer: object) => void;
  readonly reject: (error: Error) => void;
}

/** A program that reads commands, one a line, and answers each, in order, with one line of JSON. */
export class LineProcess {
  readonly process: Process;
  readonly #waiting: Waiting[] = [];

  constructor(name: string, command: readonly string[], logFile: string) {
    this.process = new Process(name, command, {}, logFile, 'lines');
    const { child, exited } = this.process;
    createInterface({ input: child.stdout! }).on('line', (line) => this.#take(line));
    // Followed by the exit, which fails whoever waits.
    child.stdin!.on('error', () => undefined);
    void exited.then((exit) => this.#failAll(`ended with ${exit}`));
  }

  /** Resolves with the answer. Rejects when the program says that it could not, ends, or does not answer in time. */
  async tell<Answer extends object>(
    word: string,
    values: Readonly<Record<string, string | number>> = {},
  ): Promise<Answer> {
    const pairs = Object.entries(values).map(([key, value]) => ` ${key}=${value}`);
    const command = word + pairs.join('');
    if (this.process.hasExited) throw new Error(`${this.process.name} has ended: ${command}`);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`${this.process.name} did not answer within ${ANSWER_DEADLINE_MS} ms: ${command}`));
      }, ANSWER_DEADLINE_MS);
      this.#waiting.push({ command, timer, resolve: (answer) => resolve(answer as Answer), reject });
      this.process.child.stdin!.write(`${command}\n`);
    });
  }

  /** It ends when nobody can tell it anything any more. */
  async stop(): Promise<void> {
    this.process.child.stdin!.end();
    await this.process.stop();
  }

  #take(line: string): void {
    // One whose time was over keeps its place, so that answers and commands stay in step.
    const waiting = this.#waiting.shift();
    if (waiting === undefined) return;
    clearTimeout(waiting.timer);
    const answer = JSON.parse(line) as { error?: string };
    if (answer.error === undefined) waiting.resolve(answer);
    else this.#fail(waiting, `could not: ${answer.error}`);
  }

  #failAll(why: string): void {
    for (const waiting of this.#waiting.splice(0)) this.#fail(waiting, why);
  }

  #fail({ command, timer, reject }: Waiting, why: string): void {
    clearTimeout(timer);
    reject(new Error(`${this.process.name} ${why}: ${command}`));
  }
}
