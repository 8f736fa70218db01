import type { BackendName, Place } from './sets.ts';

/** A command (looked up in PATH) or a file (named with a slash), and the Debian package that brings it. */
export interface Need {
  what: string;
  debianPackage: string;
}

/** A program to run in the foreground. */
export interface Command {
  program: string;
  args: string[];
}

/** One kind of backend: what it needs on the machine, how it is started, and how one knows that it really answers. */
export interface Backend {
  name: BackendName;
  /** The variable that carries its address to services and tests. */
  variable: string;
  needs: Need[];
  /** How many there are and what differs from the defaults, in words, for whoever judges a measurement by it. */
  tuning(place: Place): string;
  /** Makes its folder ready (idempotent) and answers with the command to run in it. May take a minute the first time. */
  prepare(place: Place): Promise<Command>;
  /** Its address; throws when `prepare` was never run there. */
  address(place: Place): string;
  /** Resolves when it answers a real request, rejects when it does not within `timeoutMs`. */
  probe(place: Place, timeoutMs: number): Promise<void>;
}
