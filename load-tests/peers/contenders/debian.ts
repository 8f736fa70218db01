import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installMissing, missingParts } from '../../../deploy/local/install.ts';
import type { Need } from '../../../deploy/local/backend.ts';
import { environment } from '../../../deploy/local/run.ts';
import { collectGarbage } from '../../src/lib/garbage.ts';
import type { Process } from '../../src/lib/process.ts';
import type { Contender, Peer, Place } from '../contender.ts';
import { orStop, startListening } from './listening.ts';
import { Publisher } from './publisher.ts';

const VERSION_DEADLINE_MS = 10_000;
const CALL_DEADLINE_MS = 30_000;

/** No limit of its own, nothing on disk, nothing that nobody asked for; no delay of small packets, which Longwire and the others have not. */
const mosquittoSettings = ({ port }: Place): string => `listener ${port} 127.0.0.1
allow_anonymous true
persistence false
max_connections -1
set_tcp_nodelay true
sys_interval 0
log_dest stderr
log_type error
log_type warning
user root
`;

/** Its profiling port is there to collect the garbage. */
const natsSettings = ({ port }: Place): string => `host: 127.0.0.1
port: ${port}
prof_port: ${port + 1}
max_connections: 1000000
`;

export const mosquitto: Peer = {
  ...installable([{ what: 'mosquitto', debianPackage: 'mosquitto' }]),
  name: 'mosquitto',
  start: async (place) => {
    const config = await writeSettings(place, 'mosquitto.conf', mosquittoSettings);
    const server = await startListening('mosquitto', ['mosquitto', '-c', config], place);
    return broker(place, server, {
      name: 'mosquitto',
      version: await versionOf(['mosquitto', '-h'], /mosquitto version (\S+)/),
      protocol: 'mqtt',
      remarks:
        'MQTT 3.1.1: QoS 0 to everyone, QoS 1 client to client, acknowledged by broker and recipient each; one thread, no persistence, no $SYS topics',
      connectPublisher: Publisher.mqtt,
      collectGarbage: () => Promise.resolve(),
    });
  },
};

export const natsServer: Peer = {
  ...installable([{ what: 'nats-server', debianPackage: 'nats-server' }]),
  name: 'nats-server',
  start: async (place) => {
    const config = await writeSettings(place, 'nats-server.conf', natsSettings);
    const server = await startListening('nats-server', ['nats-server', '-c', config], place);
    return broker(place, server, {
      name: 'nats-server',
      version: await versionOf(['nats-server', '-v'], /nats-server: v(\S+)/),
      protocol: 'nats',
      remarks: 'core NATS, no JetStream: nothing is acknowledged; threads on all cores',
      connectPublisher: Publisher.nats,
      collectGarbage: () =>
        collectGarbage(async () => {
          const url = `http://127.0.0.1:${place.port + 1}/debug/pprof/heap?gc=1`;
          await (await fetch(url, { signal: AbortSignal.timeout(CALL_DEADLINE_MS) })).arrayBuffer();
        }),
    });
  },
};

function installable(needs: Need[]): Pick<Peer, 'missing' | 'install'> {
  return { missing: () => missingParts(needs), install: () => installMissing(needs) };
}

async function writeSettings(
  place: Place,
  name: string,
  settings: (place: Place) => string,
): Promise<string> {
  const file = join(place.folder, name);
  await writeFile(file, settings(place));
  return file;
}

/** Whatever it ends with: mosquitto tells its version in its help alone, and calls that an error. */
async function versionOf([program = '', ...args]: string[], pattern: RegExp): Promise<string> {
  const printed = await new Promise<string>((resolve) => {
    execFile(program, args, { timeout: VERSION_DEADLINE_MS, env: environment() }, (_, stdout, stderr) =>
      resolve(stdout + stderr),
    );
  });
  return pattern.exec(printed)?.[1] ?? 'of an unknown version';
}

async function broker(
  { port }: Place,
  server: Process,
  {
    connectPublisher,
    ...known
  }: Pick<Contender, 'name' | 'version' | 'protocol' | 'remarks' | 'collectGarbage'> & {
    connectPublisher: (port: number) => Promise<Publisher>;
  },
): Promise<Contender> {
  const publisher = await orStop(server, connectPublisher(port));
  return {
    ...known,
    address: `127.0.0.1:${port}`,
    serverPid: server.pid,
    pids: () => [server.pid],
    mintToken: () => '-',
    tellEveryone: (text) => publisher.publish(text),
    stop: async () => {
      publisher.close();
      await server.stop();
    },
  };
}
