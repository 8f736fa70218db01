import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Admin } from '@platformatic/kafka';
import type { Backend } from '../backend.ts';
import { run } from '../run.ts';
import { dataRoot, type Place } from '../sets.ts';

const project = join(import.meta.dirname, '../kafka');
/** Shared by all sets. The name changes with the version in kafka/pom.xml. */
const jars = join(dataRoot, 'kafka-3.9.1');
const classpath = join(jars, '*');

/**
 * Of a JVM that runs for minutes, on cores that others need: the default compiler and collector took half of its CPU under load. Each of
 * Kafka's batches is large for so small a heap, and made that collector begin another round.
 */
const withoutThreadsBeside = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC'];
const javaFlags = ['-Xms128m', '-Xmx384m', ...withoutThreadsBeside];

/** One Kafka broker in KRaft mode, which is its own controller. */
export const kafka: Backend = {
  name: 'kafka',
  variable: 'LONGWIRE_KAFKA_BROKERS',
  needs: [
    { what: 'java', debianPackage: 'default-jre-headless' },
    { what: 'mvn', debianPackage: 'maven' },
  ],
  tuning: () => `one broker, so one replica; ${javaFlags.join(' ')}`,
  prepare: async (place) => {
    await fetchJars();
    const config = join(place.folder, 'server.properties');
    await writeFile(config, serverProperties(place));
    if (!existsSync(join(place.folder, 'data/meta.properties'))) {
      // One that began with a hyphen would be taken for a flag.
      const clusterId = randomBytes(16).toString('base64url').replace(/^-/, 'A');
      const format = ['kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', config];
      await run('java', ['-cp', classpath, ...format], { timeoutMs: 60_000 });
    }
    return {
      program: 'java',
      args: [...javaFlags, '-cp', classpath, 'kafka.Kafka', config],
    };
  },
  address: (place) => `127.0.0.1:${place.port}`,
  probe: async (place, timeoutMs) => {
    const admin = new Admin({
      clientId: 'longwire-backends',
      bootstrapBrokers: [`127.0.0.1:${place.port}`],
      connectTimeout: timeoutMs,
      requestTimeout: timeoutMs,
      retries: 0,
    });
    try {
      const { brokers } = await admin.metadata({ topics: [] });
      if (brokers.size === 0) throw new Error('Kafka names no broker yet');
    } finally {
      await admin.close();
    }
  },
};

/** Maven writes to a folder beside and the folder is renamed when it is complete: a broken download is never used. */
async function fetchJars(): Promise<void> {
  if (existsSync(jars)) return;
  const partial = `${jars}.${process.pid}`;
  const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${partial}`, '-DincludeScope=runtime'];
  try {
    await run('mvn', ['-B', '-q', '-f', join(project, 'pom.xml'), ...goal], { timeoutMs: 300_000 });
    if (!existsSync(jars)) await rename(partial, jars);
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

function serverProperties(place: Place): string {
  const broker = `127.0.0.1:${place.port}`;
  const controller = `127.0.0.1:${place.controllerPort}`;
  const backDoor = `127.0.0.1:${place.backDoorPort}`;
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@${controller}`,
    listeners: `PLAINTEXT://${broker},CONTROLLER://${controller},BACKDOOR://${backDoor}`,
    'advertised.listeners': `PLAINTEXT://${broker},BACKDOOR://127.0.0.1:${place.proxyPort}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,BACKDOOR:PLAINTEXT',
    'log.dirs': join(place.folder, 'data'),
    'auto.create.topics.enable': false,
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0,
    'log.retention.hours': 24,
  };
  return Object.entries(settings)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}
