/**
 * 32 bits of a string, the same on every machine: FNV-1a over its UTF-16 code units (Fowler, Noll, Vo), whose last bits
 * are then spread by `mix32`, because FNV alone leaves names that differ in the last letter close together.
 */
export function hash32(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return mix32(hash);
}

/** The finalizer of MurmurHash3 (Appleby, public domain): every bit of the input moves every bit of the result. */
export function mix32(value: number): number {
  let mixed = value;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
