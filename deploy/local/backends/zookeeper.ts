import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Backend } from '../backend.ts';

const jar = '/usr/share/java/zookeeper.jar';
/** Logs to standard error; without it ZooKeeper says nothing at all. */
const logJar = '/usr/share/java/slf4j-simple.jar';
const javaFlags = ['-Xms32m', '-Xmx128m', '-XX:+UseSerialGC'];

/** ZooKeeper, standalone, from Debian's jar (whose manifest names the jars that it needs). */
export const zookeeper: Backend = {
  name: 'zookeeper',
  variable: 'LONGWIRE_ZOOKEEPER_SERVERS',
  needs: [
    { what: 'java', debianPackage: 'default-jre-headless' },
    { what: jar, debianPackage: 'zookeeper' },
  ],
  tuning: () => `one; ${javaFlags.join(' ')}`,
  prepare: async (place) => {
    const settings = {
      dataDir: join(place.folder, 'data'),
      clientPortAddress: '127.0.0.1',
      clientPort: place.port,
      tickTime: 500,
      // Tests want sessions that end quickly, services want them to last.
      minSessionTimeout: 1000,
      maxSessionTimeout: 120_000,
      maxClientCnxns: 0,
      'admin.enableServer': false,
      '4lw.commands.whitelist': 'srvr',
    };
    const config = join(place.folder, 'zoo.cfg');
    const lines = Object.entries(settings).map(([key, value]) => `${key}=${value}\n`);
    await writeFile(config, lines.join(''));
    return {
      program: 'java',
      args: [
        [...javaFlags, '-Dzookeeper.jmx.log4j.disable=true'],
        ['-cp', `${jar}:${logJar}`, 'org.apache.zookeeper.server.quorum.QuorumPeerMain', config],
      ].flat(),
    };
  },
  address: (place) => `127.0.0.1:${place.port}`,
  probe: async (place, timeoutMs) => {
    const answer = await serverStatus(place.port, timeoutMs);
    if (!answer.includes('Mode: ')) throw new Error(`ZooKeeper answered ${JSON.stringify(answer)}`);
  },
};

/** Sends the four letter word `srvr`; the server answers with its mode once it serves requests, and closes. */
function serverStatus(port: number, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write('srvr'));
    const deadline = setTimeout(() => socket.destroy(new Error('ZooKeeper is silent')), timeoutMs);
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => (answer += text));
    socket.on('error', reject);
    socket.on('close', () => {
      clearTimeout(deadline);
      resolve(answer);
    });
  });
}
