import { readdirSync, readFileSync } from 'node:fs';

/** What Linux tells of the whole machine in /proc (see proc(5)). */
export interface MachineUse {
  /** CPU seconds in which the machine was not idle, over all cores, since it was started. */
  readonly busyCpuSeconds: number;
  readonly totalBytes: number;
  /** What may be had without swapping. */
  readonly availableBytes: number;
  /** The kernel's own objects: sockets, their buffers, files. */
  readonly slabBytes: number;
  /** Pages that TCP holds for what is on its way. */
  readonly tcpBytes: number;
}

/** Linux counts CPU time in these: sysconf(_SC_CLK_TCK) is 100 on every architecture that Node supports. */
const TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4096;

export function machineUse(): MachineUse {
  const memory = readFileSync('/proc/meminfo', 'utf8');
  const tcp = /^TCP: .* mem (\d+)/m.exec(readFileSync('/proc/net/sockstat', 'utf8'));
  return {
    busyCpuSeconds: busyCpuSeconds(readFileSync('/proc/stat', 'utf8')),
    totalBytes: kilobytes(memory, 'MemTotal'),
    availableBytes: kilobytes(memory, 'MemAvailable'),
    slabBytes: kilobytes(memory, 'Slab'),
    tcpBytes: Number(tcp?.[1] ?? NaN) * PAGE_BYTES,
  };
}

/** User and system CPU seconds since the process began, to 10 ms. */
export function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is the program's name in parentheses, which may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/**
 * Memory in bytes that the process uses itself, without what the kernel keeps for its sockets; of what several processes use together, as the
 * code of Node, its share alone.
 */
export function proportionalBytesOf(pid: number): number {
  return kilobytes(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'), 'Pss');
}

export function openFilesOf(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

function busyCpuSeconds(stat: string): number {
  const [user = 0, nice = 0, system = 0, , , interrupts = 0, softInterrupts = 0] = (
    /^cpu +(.*)$/m.exec(stat)?.[1] ?? ''
  )
    .split(' ')
    .map(Number);
  return (user + nice + system + interrupts + softInterrupts) / TICKS_PER_SECOND;
}

function kilobytes(text: string, name: string): number {
  return Number(new RegExp(`^${name}: +(\\d+) kB`, 'm').exec(text)?.[1] ?? NaN) * 1024;
}
