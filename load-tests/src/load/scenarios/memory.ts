import { machineUse, openFilesOf, proportionalBytesOf } from '../../lib/proc.ts';
import { metricSum } from '../sampling/metrics-text.ts';
import type { Bench } from '../scenario.ts';
import type { PushServer, Target } from '../target/target.ts';

/** At one moment, without garbage. */
export interface Memory {
  /** User memory of the push-servers (PSS); NaN where they run elsewhere. */
  readonly userBytes: number;
  /** What their programs hold, without what the allocator keeps for later: only this tells a leak of a few bytes. */
  readonly heapBytes: number;
  /** Of the whole machine: sockets of clients and servers. */
  readonly kernelBytes: number;
  readonly openFiles: number;
}

export async function measureMemory(
  { target, sampler }: Pick<Bench, 'target' | 'sampler'>,
  pushServers: readonly PushServer[] = target.pushServers,
): Promise<Memory> {
  await sampler.lookAtServices();
  await target.collectGarbage();
  const { slabBytes, tcpBytes } = machineUse();
  const sum = (of: (pid: number) => number): number =>
    pushServers.reduce((total, { pid }) => total + (pid === null ? NaN : of(pid)), 0);
  const found = {
    userBytes: sum(proportionalBytesOf),
    heapBytes: await heapBytes(target, pushServers),
    kernelBytes: slabBytes + tcpBytes,
    openFiles: sum(openFilesOf),
  };
  await sampler.skipServices();
  return found;
}

export function reportEmpty({ findings, target }: Bench, { userBytes }: Memory): void {
  const each = userBytes / target.pushServers.length / 1e6;
  findings.figure('memory of a push-server without connections (PSS)', each, 'MB', { atMost: 60 });
}

export function reportPerConnection(
  { findings }: Bench,
  empty: Memory,
  full: Memory,
  connections: number,
  of = '',
): void {
  const user = (full.userBytes - empty.userBytes) / connections;
  findings.figure(`user memory per idle signed-in connection${of}`, user, 'B', { atMost: 2500 });
  const kernel = (full.kernelBytes - empty.kernelBytes) / connections;
  findings.figure(`kernel memory per connection, both ends${of}`, kernel, 'B');
}

async function heapBytes(target: Target, pushServers: readonly PushServer[]): Promise<number> {
  let bytes = 0;
  for (const pushServer of pushServers) {
    const text = await target.metricsOf(pushServer);
    if (text === null) return NaN;
    bytes += metricSum(text, 'nodejs_heap_size_used_bytes') + metricSum(text, 'nodejs_external_memory_bytes');
  }
  return bytes;
}
