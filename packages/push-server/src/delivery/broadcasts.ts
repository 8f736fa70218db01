import { DeliveryOutcome } from '@longwire/cluster';
import type { Session } from '../session/session.ts';
import type { SessionRegistry } from '../session/session-registry.ts';

/** Clients written to before the event loop gets its turn. */
const SLICE = 256;
/** What one client is written at once at most, where more than one message goes round. */
const MAX_JOINED_BYTES = 65_536;
/** Bounds of what waits to go round. */
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
  /** Clients whose outcome is not known, and the way round itself. */
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

  /** Clients will be handed the message: their outcomes follow. */
  begins(clients: number): void {
    this.#open += clients;
  }

  settle(outcome: DeliveryOutcome, clients: number): void {
    this.#counts[outcome] = (this.#counts[outcome] ?? 0) + clients;
    this.#close(clients);
  }

  readonly onOutcome = (_position: number, outcome: DeliveryOutcome): void => this.settle(outcome, 1);

  /** It has been round: there are no more clients to come. */
  wentRound(): void {
    this.#close(1);
  }

  #close(count: number): void {
    this.#open -= count;
    if (this.#open === 0) this.#done.resolve(Array.from(this.#counts, (clients) => clients ?? 0));
  }
}

/** How one client is written to. */
export interface ClientWriter {
  /** All or nothing: false where there is no room for so many bytes, or for so many more messages to acknowledge. */
  writeTogether(session: Session, joined: Uint8Array, toAcknowledge: number): boolean;
  /** For each message that was in a `writeTogether`: its outcome is known now, or awaited. */
  written(broadcast: Broadcast, session: Session): void;
  /** The same for one message alone, written now if there is room. */
  hand(broadcast: Broadcast, session: Session): void;
}

/** Messages with consecutive numbers, as one client is handed them. */
interface Batch {
  readonly first: number;
  readonly last: number;
  readonly broadcasts: readonly Broadcast[];
  readonly joined: Uint8Array;
  readonly toAcknowledge: number;
  /** Clients that were written all of it and acknowledge none of it: counted once for all messages. */
  delivered: number;
}

/**
 * Goes round all clients with what there is for everyone, again and again until nothing is left. A message joins at once, wherever the round is, and is
 * done when that place is reached again. A client gets all that it has not had yet in one write, which is nearly all that a message costs: many
 * messages cost little more than one. Each session knows the number of the last one that it was handed. They come in the order in which they were added.
 */
export class Broadcasts {
  readonly #registry: SessionRegistry;
  readonly #writer: ClientWriter;
  readonly #waiting: Broadcast[] = [];
  #waitingBytes = 0;
  /** What goes round, oldest first; the last one has the number `#newest`. */
  readonly #going: Broadcast[] = [];
  #goingBytes = 0;
  #newest = 0;
  /** What the client before was handed: the next mostly gets the same. */
  #batch: Batch | null = null;
  #isWalking = false;

  constructor(registry: SessionRegistry, writer: ClientWriter) {
    this.#registry = registry;
    this.#writer = writer;
  }

  /** False when there is no room: it was not taken. */
  add(broadcast: Broadcast): boolean {
    const { length } = broadcast.frame;
    if (this.#waiting.length >= MAX_WAITING || this.#waitingBytes + length > MAX_WAITING_BYTES) return false;
    this.#waiting.push(broadcast);
    this.#waitingBytes += length;
    if (!this.#isWalking) {
      this.#isWalking = true;
      // After the sockets that are ready now have been read, so that what they bring begins together.
      setImmediate(() => void this.#walk());
    }
    return true;
  }

  async #walk(): Promise<void> {
    for (this.#join(); this.#going.length > 0; this.#join()) await this.#goRound();
    this.#isWalking = false;
  }

  async #goRound(): Promise<void> {
    const fromTheStart = this.#going.length;
    let inSlice = 0;
    for (const session of this.#registry.live()) {
      if (session.lastBroadcast >= this.#newest) continue;
      this.#handTo(session);
      if (++inSlice < SLICE) continue;
      inSlice = 0;
      await new Promise(setImmediate);
      this.#join();
    }
    this.#endBatch();
    for (const broadcast of this.#going.splice(0, fromTheStart)) {
      this.#goingBytes -= broadcast.frame.length;
      broadcast.wentRound();
    }
  }

  /** Lets what waits go round, as far as it fits in one write. */
  #join(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      const { length } = next.frame;
      if (this.#going.length > 0 && this.#goingBytes + length > MAX_JOINED_BYTES) return;
      this.#waiting.shift();
      this.#waitingBytes -= length;
      this.#going.push(next);
      this.#goingBytes += length;
      this.#newest++;
    }
  }

  #handTo(session: Session): void {
    const { broadcasts, joined, toAcknowledge } = this.#batchAfter(session.lastBroadcast);
    session.lastBroadcast = this.#newest;
    const isWritten = this.#writer.writeTogether(session, joined, toAcknowledge);
    if (isWritten && toAcknowledge === 0 && session.connection.isOpen) {
      this.#batch!.delivered++;
      return;
    }
    for (const broadcast of broadcasts) {
      broadcast.begins(1);
      if (isWritten) this.#writer.written(broadcast, session);
      else this.#writer.hand(broadcast, session);
    }
  }

  /** What goes round of a higher number than this, which is not all of it. */
  #batchAfter(last: number): Batch {
    const oldest = this.#newest - this.#going.length + 1;
    const first = Math.max(last + 1, oldest);
    if (this.#batch?.first === first && this.#batch.last === this.#newest) return this.#batch;
    this.#endBatch();
    const broadcasts = this.#going.slice(first - oldest);
    const frames = broadcasts.map(({ frame }) => frame);
    this.#batch = {
      ...{ first, last: this.#newest, broadcasts },
      joined: frames.length === 1 ? frames[0]! : Buffer.concat(frames),
      toAcknowledge: broadcasts.filter(({ deliveryId }) => deliveryId > 0).length,
      delivered: 0,
    };
    return this.#batch;
  }

  #endBatch(): void {
    const { broadcasts = [], delivered = 0 } = this.#batch ?? {};
    this.#batch = null;
    if (delivered === 0) return;
    for (const broadcast of broadcasts) {
      broadcast.begins(delivered);
      broadcast.settle(DeliveryOutcome.delivered, delivered);
    }
  }
}
