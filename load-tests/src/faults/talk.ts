import { setTimeout as sleep } from 'node:timers/promises';
import type { RawClient } from './raw-client.ts';
import type { Findings } from './scenario.ts';

const PAUSE_MS = 50;
const ANSWER_MS = 5000;
const EXAMPLES = 5;

/** One client sends to another without end. Answers how to end it, which checks that each message was delivered. */
export function talk(from: RawClient, to: RawClient, title: string): (findings: Findings) => Promise<void> {
  const answers: string[] = [];
  const state = { isOver: false };
  const talking = (async () => {
    for (; !state.isOver; await sleep(PAUSE_MS))
      answers.push(await from.send(to.clientId, Buffer.from('hello'), ANSWER_MS));
  })();
  return async (findings) => {
    state.isOver = true;
    await talking;
    const undelivered = answers.filter((answer) => answer !== 'DELIVERED');
    const examples = undelivered.slice(0, EXAMPLES).join(', ');
    findings.note(
      `${answers.length - undelivered.length} of ${answers.length} messages ${title} were delivered`,
    );
    findings.check(answers.length > 0, `nobody sent messages ${title}`);
    findings.check(undelivered.length === 0, `messages ${title} were answered ${examples}`);
  };
}
