/**
 * Two clients read a text to each other, line by line in turn. Ends with 0 when both have heard every line in order.
 *
 *   npm run chat -w examples -- [--auth http://127.0.0.1:7410] [--file /a/text] [--pause 100]
 *
 * The pause is between two lines, in milliseconds.
 */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { LongwireClient } from '@longwire/sdk';
import { register } from './register.ts';

const { values: flags } = parseArgs({
  options: {
    auth: { type: 'string', default: 'http://127.0.0.1:7410' },
    file: { type: 'string', default: join(import.meta.dirname, '../README.md') },
    pause: { type: 'string', default: '100' },
  },
});
const OFFLINE_DEADLINE_MS = 60_000;

const lines = (await readFile(flags.file, 'utf8')).split('\n');

interface Chatter {
  readonly client: LongwireClient;
  readonly heard: string[];
}

async function enter(name: string): Promise<Chatter> {
  const clientId = `${name}-${randomBytes(3).toString('hex')}`;
  const clientSecret = await register(flags.auth, clientId);
  const client = new LongwireClient({ authUrl: flags.auth, clientId, clientSecret });
  const heard: string[] = [];
  client.on('message', ({ from, messageId, payload }) => {
    const text = payload.toString();
    if (from === null) return console.log(`push ${messageId} to ${clientId}: ${text}`);
    heard.push(text);
    console.log(`${from}: ${text}`);
  });
  await client.connect();
  return { client, heard };
}

/** Says a line until the other one has heard it: a client that is offline may be on its way back. */
async function say(speaker: Chatter, listener: Chatter, line: string, messageId: string): Promise<void> {
  const deadline = Date.now() + OFFLINE_DEADLINE_MS;
  for (;;) {
    // The same message id every time: however often it arrives, it is heard once.
    const { status } = await speaker.client.send(listener.client.clientId, line, { messageId });
    if (status === 'delivered') return;
    if (Date.now() > deadline) throw new Error(`${listener.client.clientId} is ${status}`);
    await sleep(250);
  }
}

const alice = await enter('alice');
const bob = await enter('bob');

for (const [index, line] of lines.entries()) {
  if (index % 2 === 0) await say(alice, bob, line, `line-${index}`);
  else await say(bob, alice, line, `line-${index}`);
  await sleep(Number(flags.pause));
}

const toBob = lines.filter((_, index) => index % 2 === 0);
const toAlice = lines.filter((_, index) => index % 2 === 1);
const isComplete = isDeepStrictEqual([bob.heard, alice.heard], [toBob, toAlice]);
console.log(isComplete ? `all ${lines.length} lines arrived in order` : 'lines are missing, or out of order');
process.exitCode = isComplete ? 0 : 1;
await Promise.all([alice.client.close(), bob.client.close()]);
