/** What a node measures of itself, once per look. */
export interface NodeLoad {
  /** How late the event loop was at the worst since the last look. */
  readonly eventLoopDelayMs: number;
  readonly memoryBytes: number;
  readonly connections: number;
}

export interface LoadLimits {
  readonly memoryLimitBytes: number;
  readonly maxConnections: number;
}

/**
 * From where on a node is under pressure, and up to where it is at ease: of memory and connections as a part of their limits. Between the two
 * nothing changes, but for memory. They are further apart than one step of raising, so that a node that was at ease is not under pressure by it.
 */
const marks = {
  eventLoopDelayMs: { high: 100, low: 50 },
  memory: { high: 0.85, low: 0.65 },
  connections: { high: 0.9, low: 0.7 },
} as const;

const LOWEST = 0.05;
const LOWER_BY = 0.5;
const RAISE_BY = 1.25;
/** One or two bad looks are a garbage collection or a big push. */
const LOOKS_BEFORE_LOWER = 3;
const LOOKS_BEFORE_RAISE = 15;
/** What a look counts for at which only the memory is not at ease: a process hardly gives back what a peak made it take, so this says little. */
const EASE_BUT_FOR_MEMORY = 0.25;
/** A node that came under pressure soon after it was raised waits twice as long each time, up to this. */
const MOST_LOOKS_BEFORE_RAISE = 240;

/**
 * By what a node wants its share of new clients multiplied, 0.05 to 1:
 *
 *     pressure  any of the three above its high mark, at 3 looks in a row:    factor = max(0.05, factor * 0.5)
 *     ease      all of the three below their low marks, at 15 looks in a row:  factor = min(1, factor * 1.25)
 *
 * With memory alone between its marks a look at ease counts a quarter, so that a node whose memory stays after a peak comes back too.
 *
 * Each change begins the counting anew. With a look each 2 s a node is down to a quarter of its share in 12 s, and back in three and a half
 * minutes: going down protects those who are connected, going up has time. As a lowering that follows a raising doubles the looks
 * before the next raising, until the factor is 1 again and has stayed so, even a load that swings with the factor ends in hardly any change.
 */
export class LoadFactor {
  readonly #limits: LoadLimits;
  #value = 1;
  #looksUnderPressure = 0;
  #looksAtEase = 0;
  #looksBeforeRaise = LOOKS_BEFORE_RAISE;
  #wasRaised = false;

  constructor(limits: LoadLimits) {
    this.#limits = limits;
  }

  get value(): number {
    return this.#value;
  }

  /** Takes one look, and answers the factor from now on. */
  look(load: NodeLoad): number {
    const { eventLoopDelayMs, memory, connections } = this.#parts(load);
    const isHigh =
      eventLoopDelayMs >= marks.eventLoopDelayMs.high ||
      memory >= marks.memory.high ||
      connections >= marks.connections.high;
    const isIdle = eventLoopDelayMs <= marks.eventLoopDelayMs.low && connections <= marks.connections.low;
    const ease = memory <= marks.memory.low ? 1 : EASE_BUT_FOR_MEMORY;
    this.#looksUnderPressure = isHigh ? this.#looksUnderPressure + 1 : 0;
    this.#looksAtEase = isIdle && !isHigh ? this.#looksAtEase + ease : 0;
    if (this.#looksUnderPressure >= LOOKS_BEFORE_LOWER) this.#lower();
    else if (this.#looksAtEase >= this.#looksBeforeRaise) this.#raise();
    return this.#value;
  }

  #parts({ eventLoopDelayMs, memoryBytes, connections }: NodeLoad) {
    const { memoryLimitBytes, maxConnections } = this.#limits;
    return {
      eventLoopDelayMs,
      memory: memoryBytes / memoryLimitBytes,
      connections: connections / maxConnections,
    };
  }

  #lower(): void {
    if (this.#wasRaised) {
      this.#looksBeforeRaise = Math.min(2 * this.#looksBeforeRaise, MOST_LOOKS_BEFORE_RAISE);
      this.#wasRaised = false;
    }
    this.#value = Math.max(LOWEST, this.#value * LOWER_BY);
    this.#looksUnderPressure = 0;
  }

  #raise(): void {
    if (this.#value === 1) {
      this.#looksBeforeRaise = LOOKS_BEFORE_RAISE;
      this.#wasRaised = false;
    } else {
      this.#value = Math.min(1, this.#value * RAISE_BY);
      this.#wasRaised = true;
    }
    this.#looksAtEase = 0;
  }
}
