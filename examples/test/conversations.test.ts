import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { conversations } from '../../packages/protocol/test/support/conversations.ts';
import type { PlainMessage } from '../../packages/protocol/test/support/vectors.ts';
import {
  converseWithAll,
  type ClientUnderTest,
} from '../../packages/sdk/test/conversations/client-runner.ts';

const hasPython = spawnSync('python3', ['--version']).status === 0;
if (!hasPython) {
  if (process.env['LONGWIRE_REQUIRE_BACKENDS'] === '1') throw new Error('python3 is missing');
  console.log('not run: the conversations with the Python example, because there is no python3');
}

interface News {
  readonly case: number;
  readonly received?: PlainMessage;
  readonly answered?: { readonly message_id: string; readonly outcome: string };
  readonly stopped?: string;
  readonly failed?: string;
  readonly ended?: true;
}

/** One process, and in it a thread for each case. */
class PythonClients {
  readonly #process: ChildProcess = spawn(
    'python3',
    [new URL('conversation_driver.py', import.meta.url).pathname],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  readonly #listeners = new Map<number, (news: News) => void>();
  #lastCase = 0;

  constructor() {
    createInterface({ input: this.#process.stdout! }).on('line', (line) => {
      const news = JSON.parse(line) as News;
      this.#listeners.get(news.case)?.(news);
    });
  }

  readonly start = (authUrl: string): ClientUnderTest => {
    const number = ++this.#lastCase;
    const tell = (command: object): void =>
      void this.#process.stdin!.write(`${JSON.stringify({ case: number, ...command })}\n`);
    const received: PlainMessage[] = [];
    const answered = new Map<string, string>();
    let isStopped = false;
    let isEnded = false;
    let ended: () => void = () => {};
    this.#listeners.set(number, (news) => {
      if (news.received !== undefined) received.push(news.received);
      if (news.answered !== undefined) answered.set(news.answered.message_id, news.answered.outcome);
      if (news.stopped !== undefined) isStopped = true;
      if (news.failed !== undefined)
        console.log(`the Python client of case ${number} failed: ${news.failed}`);
      if (news.ended === undefined) return;
      this.#listeners.delete(number);
      isEnded = true;
      ended();
    });
    tell({ do: 'start', auth: authUrl });
    return {
      received,
      answered,
      get isStopped() {
        return isStopped;
      },
      do: (what, message) => tell({ ...message, do: what }),
      end: () => {
        tell({ do: 'end' });
        return new Promise((resolve) => {
          if (isEnded) return resolve();
          const timer = setTimeout(resolve, 1000);
          ended = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      },
    };
  };

  stop(): void {
    this.#process.kill();
  }
}

describe.skipIf(!hasPython)('the Python example', () => {
  let clients: PythonClients;
  beforeAll(() => {
    clients = new PythonClients();
  });
  afterAll(() => clients.stop());

  it.each([...conversations('client')])(
    'holds the conversations of %s',
    async (_, cases) => {
      expect(await converseWithAll(cases, clients.start)).toEqual([]);
    },
    180_000,
  );
});
