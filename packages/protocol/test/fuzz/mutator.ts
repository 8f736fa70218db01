const LARGEST_INPUT_BYTES = 2048;

/** Xorshift32 (Marsaglia, "Xorshift RNGs", 2003): the same on every machine, and no object a number. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0 || 1;
  }

  /** An integer from 0 up to, not including, the limit. */
  below(limit: number): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state;
    return (state >>> 0) % limit;
  }
}

/** Makes random and damaged frames in one buffer, which each `next` overwrites. */
export class Mutator {
  readonly bytes = new Uint8Array(LARGEST_INPUT_BYTES);
  length = 0;
  readonly #random: Random;
  readonly #seeds: readonly Uint8Array[];

  /** `seeds`: frames to begin with, each shorter than 1,024 bytes. */
  constructor(random: Random, seeds: readonly Uint8Array[]) {
    this.#random = random;
    this.#seeds = seeds;
  }

  /** One in eight is made of random bytes, one in sixteen is a seed as it is; the rest are damaged in one to four ways. */
  next(): void {
    const random = this.#random;
    const choice = random.below(16);
    this.length = 0;
    if (choice < 2) return this.#randomBytes();
    this.#append(this.#seeds[random.below(this.#seeds.length)]!, 0);
    if (choice === 2) return;
    for (let damages = 1 + random.below(4); damages > 0; damages--) this.#damage();
    if (choice < 9) this.#mendLength();
  }

  /** Half of them with a type that exists and a length that fits, so that bodies are reached. */
  #randomBytes(): void {
    const random = this.#random;
    this.length = 1 + random.below(64);
    const mask = random.below(2) === 0 ? 0xff : 0x1f;
    for (let index = 0; index < this.length; index++) this.bytes[index] = random.below(256) & mask;
    if (random.below(2) === 0) return;
    this.bytes[0] = 1 + random.below(14) + (random.below(4) === 0 ? 0x20 : 0);
    this.#mendLength();
  }

  #damage(): void {
    const random = this.#random;
    const { bytes, length } = this;
    if (length === 0) return this.#append(this.#seeds[random.below(this.#seeds.length)]!, 0);
    const at = random.below(length);
    switch (random.below(8)) {
      case 0:
        bytes[at]! ^= 1 << random.below(8);
        return;
      case 1:
        bytes[at] = random.below(256);
        return;
      case 2:
        this.length = at;
        return;
      case 3:
        return this.#insert(at, 1 + random.below(8));
      case 4: {
        const count = 1 + random.below(Math.min(16, length - at));
        bytes.copyWithin(at, at + count, length);
        this.length -= count;
        return;
      }
      case 5:
        return this.#append(bytes.slice(at, Math.min(length, at + 64)), 0);
      case 6: {
        // The rest is that of another frame.
        const other = this.#seeds[random.below(this.#seeds.length)]!;
        this.length = at;
        return this.#append(other, random.below(other.length));
      }
      default:
        // An edge of a varint, at the place of the length as often as anywhere.
        bytes[random.below(2) === 0 ? 1 : at] = EDGES[random.below(EDGES.length)]!;
    }
  }

  #insert(at: number, count: number): void {
    const fits = Math.min(count, this.bytes.length - this.length);
    this.bytes.copyWithin(at + fits, at, this.length);
    this.length += fits;
    for (let index = at; index < at + fits; index++) this.bytes[index] = this.#random.below(256);
  }

  #append(source: Uint8Array, from: number): void {
    const count = Math.min(source.length - from, this.bytes.length - this.length);
    for (let index = 0; index < count; index++) this.bytes[this.length + index] = source[from + index]!;
    this.length += count;
  }

  /** Makes the length say what follows, where one byte is enough. */
  #mendLength(): void {
    if (this.length >= 2 && this.length < 130) this.bytes[1] = this.length - 2;
  }
}

const EDGES = [0x00, 0x01, 0x7f, 0x80, 0x81, 0xff, 0xfe, 0x0a, 0x12, 0x1a];
