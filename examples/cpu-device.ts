/**
 * A device that reports this machine's CPU, memory and disk once a second, and prints the pushes that it gets.
 *
 *   npm run device -w examples -- [--auth http://127.0.0.1:7410] [--id my-device [--secret its-secret]]
 */
import { randomBytes } from 'node:crypto';
import { statfs } from 'node:fs/promises';
import { cpus, freemem, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { LongwireClient } from '@longwire/sdk';
import { register } from './register.ts';

const { values: flags } = parseArgs({
  options: {
    auth: { type: 'string', default: 'http://127.0.0.1:7410' },
    id: { type: 'string', default: `device-${randomBytes(3).toString('hex')}` },
    secret: { type: 'string' },
  },
});
const { auth: authUrl, id: clientId } = flags;
const clientSecret = flags.secret ?? (await register(authUrl, clientId));

const device = new LongwireClient({ authUrl, clientId, clientSecret });
device.on('message', ({ messageId, payload }) =>
  console.log(`push ${messageId} to ${clientId}: ${payload.toString()}`),
);
device.on('disconnected', ({ reason, willReconnect }) =>
  console.log(`${clientId} lost its connection (${reason})${willReconnect ? ', and reconnects' : ''}`),
);
device.on('connected', () => console.log(`${clientId} is online`));
await device.connect();

let accepted = 0;
let before = cpuTimes();

async function report(): Promise<void> {
  const now = cpuTimes();
  const disk = await statfs('/');
  const metrics = {
    cpuPercent: Math.round((100 * (now.busy - before.busy)) / Math.max(1, now.total - before.total)),
    memoryUsedBytes: totalmem() - freemem(),
    memoryTotalBytes: totalmem(),
    diskUsedBytes: (disk.blocks - disk.bfree) * disk.bsize,
    diskTotalBytes: disk.blocks * disk.bsize,
  };
  before = now;
  const payload = JSON.stringify(metrics);
  await device.publish('metrics', payload);
  accepted++;
  console.log(`reported ${payload}`);
}

/** Milliseconds since the start of the machine, over all cores. */
function cpuTimes(): { busy: number; total: number } {
  const all = cpus().flatMap(({ times }) => Object.values(times));
  const total = all.reduce((sum, time) => sum + time, 0);
  const idle = cpus().reduce((sum, { times }) => sum + times.idle, 0);
  return { busy: total - idle, total };
}

const timer = setInterval(() => {
  report().catch((error: Error) => console.log(`not reported: ${error.message}`));
}, 1000);

async function stop(): Promise<void> {
  clearInterval(timer);
  await device.close();
  console.log(`${accepted} reports were accepted`);
}
process.once('SIGINT', () => void stop());
process.once('SIGTERM', () => void stop());
