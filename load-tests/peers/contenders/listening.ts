import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lastLines } from '../../../deploy/local/run.ts';
import { Process } from '../../src/lib/process.ts';
import type { Place } from '../contender.ts';

const READY_DEADLINE_MS = 30_000;
const PAUSE_MS = 50;

/** Starts a server and waits until its port takes connections. Throws what it printed when it ends before, or takes too long. */
export async function startListening(
  name: string,
  command: readonly string[],
  { folder, port }: Place,
): Promise<Process> {
  const log = join(folder, `${name}.log`);
  const server = new Process(name, command, {}, log);
  const deadline = performance.now() + READY_DEADLINE_MS;
  while (!(await takesConnections(port))) {
    if (performance.now() < deadline && !server.hasExited) {
      await sleep(PAUSE_MS);
      continue;
    }
    await server.stop();
    throw new Error(`${name} does not listen on port ${port}: ${lastLines(await readFile(log, 'utf8'))}`);
  }
  return server;
}

/** What the work comes to. Where it fails, the server is stopped: one that is left out must not run on beside those that are measured. */
export async function orStop<Value>(server: Process, work: Promise<Value>): Promise<Value> {
  try {
    return await work;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function takesConnections(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
