/** What a thing on a timing wheel carries: the wheel links it into a list of its own, so that no timer or wrapper exists per entry. */
export interface WheelEntry {
  /** When it is due, in ticks of the wheel. May be moved later at any time by assignment. */
  deadlineTick: number;
  wheelNext: WheelEntry | null;
  wheelPrevious: WheelEntry | null;
}

/**
 * Deadlines of many entries on one timer (Varghese and Lauck's hashed timing wheel, with lazy moves): moving a deadline later is one
 * assignment; the entry is looked at when its old slot comes round, and put where it then belongs. Its time stands still while the process does.
 */
export class TimingWheel<Entry extends WheelEntry> {
  readonly tickMs: number;
  readonly #slots: WheelEntry[];
  readonly #onExpired: (entry: Entry) => void;
  /** Entries of the slot that is being looked at. */
  readonly #due = newListHead();
  #lastTickAtMs = 0;
  /** How long this has been running, without the time in which the process did not. */
  #ranMs = 0;
  #timer: NodeJS.Timeout | null = null;
  /** The current tick; read it to set a deadline. */
  now = 0;

  constructor(options: { tickMs: number; slots: number }, onExpired: (entry: Entry) => void) {
    this.tickMs = options.tickMs;
    this.#slots = Array.from({ length: options.slots }, newListHead);
    this.#onExpired = onExpired;
  }

  start(): void {
    if (this.#timer !== null) return;
    this.#lastTickAtMs = performance.now();
    this.#timer = setInterval(() => this.#tick(), this.tickMs);
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  /** Ticks in a duration, rounded up, so that nothing expires early. */
  ticks(durationMs: number): number {
    return Math.ceil(durationMs / this.tickMs) + 1;
  }

  /** Adds an entry whose `deadlineTick` is set. */
  add(entry: Entry): void {
    this.#place(entry);
  }

  remove(entry: Entry): void {
    unlink(entry);
  }

  /** Moves time forward slot by slot, expiring what is due. */
  advanceTo(tick: number): void {
    while (this.now < tick) {
      this.now++;
      this.#visit(this.#slots[this.now % this.#slots.length]!);
    }
  }

  #visit(head: WheelEntry): void {
    moveAll(head, this.#due);
    // Always the first that is left: what expires may take any other entry off the wheel, or put it elsewhere.
    for (let entry = this.#due.wheelNext!; entry !== this.#due; entry = this.#due.wheelNext!) {
      unlink(entry);
      if (entry.deadlineTick > this.now) this.#place(entry);
      else this.#onExpired(entry as Entry);
    }
  }

  #place(entry: WheelEntry): void {
    const farthest = this.now + this.#slots.length - 1;
    const tick = Math.min(Math.max(entry.deadlineTick, this.now + 1), farthest);
    const head = this.#slots[tick % this.#slots.length]!;
    entry.wheelNext = head.wheelNext;
    entry.wheelPrevious = head;
    head.wheelNext!.wheelPrevious = entry;
    head.wheelNext = entry;
  }

  /** While the process did not run it heard nobody: a client that spoke meanwhile is not to be closed for that time. */
  #tick(): void {
    const nowMs = performance.now();
    this.#ranMs += Math.min(nowMs - this.#lastTickAtMs, 2 * this.tickMs);
    this.#lastTickAtMs = nowMs;
    this.advanceTo(Math.floor(this.#ranMs / this.tickMs));
  }
}

function newListHead(): WheelEntry {
  const head: WheelEntry = { deadlineTick: 0, wheelNext: null, wheelPrevious: null };
  head.wheelNext = head;
  head.wheelPrevious = head;
  return head;
}

/** Moves the entries of one list to another, which is empty. */
function moveAll(from: WheelEntry, to: WheelEntry): void {
  if (from.wheelNext === from) return;
  to.wheelNext = from.wheelNext;
  to.wheelPrevious = from.wheelPrevious;
  to.wheelNext!.wheelPrevious = to;
  to.wheelPrevious!.wheelNext = to;
  from.wheelNext = from;
  from.wheelPrevious = from;
}

function unlink(entry: WheelEntry): void {
  if (entry.wheelNext === null || entry.wheelPrevious === null) return;
  entry.wheelNext.wheelPrevious = entry.wheelPrevious;
  entry.wheelPrevious.wheelNext = entry.wheelNext;
  entry.wheelNext = null;
  entry.wheelPrevious = null;
}
