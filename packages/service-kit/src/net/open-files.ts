import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';

/** The limit of open files of this process: the soft one, which Node.js has raised to the hard one by now; Infinity where the system does not tell. */
export function openFilesLimit(): number {
  try {
    const [, soft] = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return soft === undefined ? Infinity : Number(soft);
  } catch {
    return Infinity;
  }
}

/**
 * The file descriptor of a socket, -1 where there is none. The system gives the lowest number that is free: a new socket's number
 * shows how many are taken, by whomever.
 */
export function fileDescriptorOf(socket: Socket): number {
  return (Reflect.get(socket, '_handle') as { readonly fd: number } | null | undefined)?.fd ?? -1;
}
