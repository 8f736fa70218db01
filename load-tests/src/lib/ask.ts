import type { Process } from './process.ts';

interface Question {
  readonly number: number;
  readonly command: unknown;
}

type Answer = { readonly number: number } & ({ readonly value: unknown } | { readonly error: string });

let lastNumber = 0;

/** Gives a child process a command and waits for what it answers. Rejects when it fails, ends, or takes longer. */
export async function ask<Value>(
  { name, child, hasExited }: Process,
  command: unknown,
  deadlineMs: number,
): Promise<Value> {
  if (hasExited) throw new Error(`${name} has ended`);
  const number = ++lastNumber;
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      child.off('message', onMessage);
      child.off('exit', onExit);
      settle();
    };
    const fail = (why: string): void => finish(() => reject(new Error(`${name} ${why}`)));
    const timer = setTimeout(() => fail(`did not answer within ${deadlineMs} ms`), deadlineMs);
    const onMessage = (answer: Answer): void => {
      if (answer.number !== number) return;
      if ('error' in answer) fail(`failed: ${answer.error}`);
      else finish(() => resolve(answer.value as Value));
    };
    // Not `exited`: what waits for that stays in memory as long as the child lives.
    const onExit = (code: number | null, signal: NodeJS.Signals | null): void =>
      fail(`ended with ${code ?? signal ?? 'unknown'}`);
    child.on('message', onMessage);
    child.once('exit', onExit);
    child.send({ number, command } satisfies Question, (error) => {
      if (error !== null) fail(`cannot be told anything: ${error.message}`);
    });
  });
}

/** In the child: answers each command, and ends when the parent does. */
export function answerWith(obey: (command: unknown) => Promise<unknown>): void {
  process.on('message', ({ number, command }: Question) => {
    obey(command).then(
      (value) => process.send!({ number, value }),
      (error: Error) => process.send!({ number, error: error.stack ?? error.message }),
    );
  });
  process.on('disconnect', () => process.exit(0));
}
