import { cpuSecondsOf, machineUse, proportionalBytesOf } from '../../lib/proc.ts';
import type { ProcessGroup, Target } from '../target/target.ts';
import type { Background, Fleet } from '../clients/fleet.ts';

export interface GroupUse {
  cpuSeconds: number;
  bytes: number;
}

export type Use = Partial<Record<ProcessGroup, GroupUse>>;

/** Everything of the run that this machine's kernel knows: the cluster's processes, the clients' and this one. */
export function processesOf(target: Target, fleet: Fleet): { group: ProcessGroup; pid: number }[] {
  const clients = fleet.processes.filter(({ hasExited }) => !hasExited);
  return [
    ...target.processes(),
    ...clients.map(({ pid }) => ({ group: 'clients' as const, pid })),
    { group: 'load tool', pid: process.pid },
  ];
}

/** CPU and memory of each group of processes at this moment. One that ends just now counts as nothing. */
export function useOf(processes: readonly { group: ProcessGroup; pid: number }[]): Use {
  const use: Use = {};
  for (const { group, pid } of processes) {
    try {
      const found = { cpuSeconds: cpuSecondsOf(pid), bytes: proportionalBytesOf(pid) };
      const sum = (use[group] ??= { cpuSeconds: 0, bytes: 0 });
      sum.cpuSeconds += found.cpuSeconds;
      sum.bytes += found.bytes;
    } catch {
      continue;
    }
  }
  return use;
}

/** CPU from one moment to another, of what serves a fleet and of the fleet itself. */
export class CpuMeter {
  readonly #fleet: Fleet;
  readonly #processes: readonly { group: ProcessGroup; pid: number }[];
  readonly #before: Map<number, number>;
  readonly #machineBefore = machineUse().busyCpuSeconds;
  readonly #startedAtMs = performance.now();

  constructor(target: Target, fleet: Fleet) {
    const serving = new Set(fleet.serversIn(target).map(({ pid }) => pid));
    this.#fleet = fleet;
    this.#processes = processesOf(target, fleet).filter(
      ({ group, pid }) => group !== 'push-servers' || serving.has(pid),
    );
    this.#before = new Map(this.#processes.map(({ pid }) => [pid, cpuSecondsOf(pid)]));
  }

  /** Of a group since the beginning; NaN where none of its processes can be seen. Of push-servers without the background. */
  seconds(group: ProcessGroup): number {
    const own = this.#processes.filter((process) => process.group === group);
    if (own.length === 0) return NaN;
    const used = own.reduce((sum, { pid }) => sum + cpuSecondsOf(pid) - this.#before.get(pid)!, 0);
    return group === 'push-servers' ? used - this.#backgroundSeconds('pushServers') : used;
  }

  /** Of everything on this machine, without the background. */
  machineSeconds(): number {
    return machineUse().busyCpuSeconds - this.#machineBefore - this.#backgroundSeconds('machine');
  }

  #backgroundSeconds(by: keyof Background): number {
    return (this.#fleet.background[by] * (performance.now() - this.#startedAtMs)) / 1000;
  }
}
