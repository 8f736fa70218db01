import type { DeliveryOutcome } from '@longwire/cluster';
import type { Session } from '../session/session.ts';
import type { SessionRegistry } from '../session/session-registry.ts';

/** Clients written to before the event loop gets its turn. */
const SLICE = 256;
/** What one client is written at once at most, where more than one message waits. */
const MAX_JOINED_BYTES = 65_536;
/** Bounds of what waits for the walk that is under way. */
const MAX_WAITING = 1000;
const MAX_WAITING_BYTES = 16 * 1024 * 1024;

/** A message on its way to everyone here. */
export class Broadcast {
  readonly frame: Uint8Array;
  /** 0: no acknowledgement is asked for. */
  readonly deliveryId: number;
  readonly deadlineMs: number;
  readonly #counts: number[] = [];
  readonly #done = Promise.withResolvers<number[]>();
  /** Clients whose outcome is not known, and the walk itself. */
  #open = 1;

  constructor(frame: Uint8Array, deliveryId: number, deadlineMs: number) {
    this.frame = frame;
    this.deliveryId = deliveryId;
    this.deadlineMs = deadlineMs;
  }

  /** How many clients had each outcome, by its number, once all are known. */
  get counts(): Promise<number[]> {
    return this.#done.promise;
  }

  /** Call for each client before it is handed the message. */
  begins(): void {
    this.#open++;
  }

  readonly onOutcome = (_position: number, outcome: DeliveryOutcome): void => {
    this.#counts[outcome] = (this.#counts[outcome] ?? 0) + 1;
    this.walked();
  };

  /** There are no more clients to come. */
  walked(): void {
    if (--this.#open === 0) this.#done.resolve(Array.from(this.#counts, (count) => count ?? 0));
  }
}

/** Hands a client some messages, whose frames are also there in one piece. */
export type HandTogether = (session: Session, batch: readonly Broadcast[], joined: Uint8Array) => void;

/**
 * Walks over all clients for messages to everyone. What arrives while a walk is under way goes together in the next one: one write a client, which
 * is nearly all that a message costs. Messages come in the order in which they were added.
 */
export class Broadcasts {
  readonly #registry: SessionRegistry;
  readonly #hand: HandTogether;
  #waiting: Broadcast[] = [];
  #waitingBytes = 0;
  #isWalking = false;

  constructor(registry: SessionRegistry, hand: HandTogether) {
    this.#registry = registry;
    this.#hand = hand;
  }

  /** False when there is no room: it was not taken. */
  add(broadcast: Broadcast): boolean {
    const { length } = broadcast.frame;
    if (this.#waiting.length >= MAX_WAITING || this.#waitingBytes + length > MAX_WAITING_BYTES) return false;
    this.#waiting.push(broadcast);
    this.#waitingBytes += length;
    if (!this.#isWalking) {
      this.#isWalking = true;
      // After the sockets that are ready now have been read, so that what they bring goes on the same walk.
      setImmediate(() => void this.#run());
    }
    return true;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) await this.#walk(this.#takeBatch());
    this.#isWalking = false;
  }

  async #walk(batch: readonly Broadcast[]): Promise<void> {
    const joined = batch.length === 1 ? batch[0]!.frame : Buffer.concat(batch.map(({ frame }) => frame));
    let inSlice = 0;
    for (const session of this.#registry.live()) {
      for (const broadcast of batch) broadcast.begins();
      this.#hand(session, batch, joined);
      if (++inSlice < SLICE) continue;
      inSlice = 0;
      await new Promise(setImmediate);
    }
    for (const broadcast of batch) broadcast.walked();
  }

  #takeBatch(): Broadcast[] {
    let count = 0;
    let bytes = 0;
    for (const { frame } of this.#waiting) {
      if (count > 0 && bytes + frame.length > MAX_JOINED_BYTES) break;
      bytes += frame.length;
      count++;
    }
    this.#waitingBytes -= bytes;
    return this.#waiting.splice(0, count);
  }
}
