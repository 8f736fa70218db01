import { readFileSync } from 'node:fs';

/** The version of Longwire that runs: all of its packages carry the same. */
export const longwireVersion: string = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
).version;
