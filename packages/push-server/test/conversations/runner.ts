import { connect } from 'node:net';
import { once } from 'node:events';
import type { Conversation, Step } from '../../../protocol/test/conversations/build.ts';
import { Wire, type Names, type Resolve } from '../../../protocol/test/support/wire.ts';
import { uniqueName } from '../../../../test-support/backends.ts';
import type { ConversationTokens } from './tokens.ts';

/** Holds one conversation with a live server. Throws what it did otherwise than the case says. */
export async function converse(
  address: string,
  { start, steps }: Conversation,
  tokens: ConversationTokens,
): Promise<void> {
  const clients = new Map(
    Object.keys(start).map((name) => [name, uniqueName(`${name}.conversation.`).padEnd(32, '-')]),
  );
  const names: Names = new Map([...clients].map(([name, clientId]) => [`$client.${name}`, clientId]));
  const resolve = (word: string): Promise<string> | null => {
    const [, name, fault = ''] = /^\$token\.(\w+)(?:\.(\w+))?$/.exec(word) ?? [];
    if (name !== undefined) return tokens.make(clients.get(name)!, fault);
    const [, clientId] = /^\$token\.=(.*)$/.exec(word) ?? [];
    return clientId === undefined ? null : tokens.make(clientId, '');
  };
  const wires = new Map<string, Wire>();
  try {
    for (const [name, state] of Object.entries(start)) {
      const wire = await openWire(address, names, resolve);
      wires.set(name, wire);
      if (state === 'accepted') continue;
      await wire.send([
        { type: 'CONNECT', message: { version_min: 1, version_max: 1, token: `$token.${name}` } },
      ]);
      await wire.expect([{ type: 'CONNECTED', message: { version: 1 } }]);
    }
    for (const step of steps) await take(wires.get(step.as ?? 'a')!, step);
  } finally {
    for (const wire of wires.values()) wire.destroy();
  }
}

export async function openWire(address: string, names: Names, resolve: Resolve): Promise<Wire> {
  const { hostname, port } = new URL(`tcp://${address}`);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  await once(socket, 'connect');
  return new Wire(socket, names, resolve);
}

async function take(wire: Wire, step: Step): Promise<void> {
  if ('send' in step) return wire.send(step.send, step.chunkBytes);
  if ('expect' in step) return wire.expect(step.expect);
  if ('close' in step) return wire.close(step.close, step.before);
  if ('end' in step) return wire.end(step.before);
  if ('over' in step) return wire.over();
  if ('quietMs' in step) return wire.quiet(step.quietMs);
  if ('finish' in step) return wire.finish();
  throw new Error(`a server has no such step: ${JSON.stringify(step)}`);
}
