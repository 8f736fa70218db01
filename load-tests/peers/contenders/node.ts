import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../../deploy/local/run.ts';
import { COLLECT_ON_SIGNAL, COLLECT_SIGNAL, collectGarbage } from '../../src/lib/garbage.ts';
import type { Contender, Peer, Place } from '../contender.ts';
import { orStop, startListening } from './listening.ts';
import { Publisher } from './publisher.ts';

const folder = join(import.meta.dirname, '..');
const INSTALL_DEADLINE_MS = 300_000;
const CALL_DEADLINE_MS = 60_000;

interface NodePeer {
  readonly name: 'aedes' | 'ws' | 'socket.io';
  readonly protocol: string;
  readonly remarks: string;
  readonly connectPublisher: (port: number) => Promise<Pick<Contender, 'tellEveryone' | 'stop'>>;
}

export const aedes = nodePeer({
  name: 'aedes',
  protocol: 'mqtt',
  remarks: 'MQTT as mosquitto; persistence in memory',
  connectPublisher: async (port) => {
    const publisher = await Publisher.mqtt(port);
    return {
      tellEveryone: (text) => publisher.publish(text),
      stop: () => Promise.resolve(publisher.close()),
    };
  },
});

export const ws = nodePeer({
  name: 'ws',
  protocol: 'websocket',
  remarks: 'JSON in WebSocket frames, a loop over all clients: nothing is acknowledged; no compression',
  connectPublisher: postsTo,
});

export const socketIo = nodePeer({
  name: 'socket.io',
  protocol: 'socketio',
  remarks:
    'WebSocket transport alone, emit to all: nothing is acknowledged; heartbeats are the server’s; no compression',
  connectPublisher: postsTo,
});

/** One of the packages of this folder, in the script of its name. */
function nodePeer({ name, protocol, remarks, connectPublisher }: NodePeer): Peer {
  const description = join(folder, 'node_modules', name, 'package.json');
  return {
    name,
    missing: () => (existsSync(description) ? null : `${name} is missing (npm ci in load-tests/peers)`),
    install: async () => {
      console.error('installing the packages of load-tests/peers');
      await run('npm', ['ci', '--prefix', folder], { timeoutMs: INSTALL_DEADLINE_MS });
    },
    start: async (place: Place) => {
      const { port, heartbeatSeconds } = place;
      const script = join(folder, 'servers', `${name}.js`);
      const command = [
        process.execPath,
        ...COLLECT_ON_SIGNAL,
        script,
        String(port),
        String(heartbeatSeconds * 1000),
      ];
      const server = await startListening(name, command, place);
      const publisher = await orStop(server, connectPublisher(port));
      const { version } = JSON.parse(readFileSync(description, 'utf8')) as { version: string };
      return {
        ...{ name, version, protocol, remarks },
        address: `127.0.0.1:${port}`,
        serverPid: server.pid,
        pids: () => [server.pid],
        mintToken: () => '-',
        tellEveryone: publisher.tellEveryone,
        collectGarbage: () => collectGarbage(() => server.kill(COLLECT_SIGNAL)),
        stop: async () => {
          await publisher.stop();
          await server.stop();
        },
      };
    },
  };
}

async function postsTo(port: number): Promise<Pick<Contender, 'tellEveryone' | 'stop'>> {
  return {
    tellEveryone: async (text) => {
      const signal = AbortSignal.timeout(CALL_DEADLINE_MS);
      const answer = await fetch(`http://127.0.0.1:${port}/everyone`, { method: 'POST', body: text, signal });
      if (!answer.ok) throw new Error(`a message to everyone: ${answer.status}`);
    },
    stop: () => Promise.resolve(),
  };
}
