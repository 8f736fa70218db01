import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { readPrivateJson, writePrivateJson } from './private-file.ts';

export const STATE_FOLDER = '.longwire';

/** What `longwire dev` leaves for the other commands, and for its own next start. */
export interface DevState {
  readonly authUrl: string;
  readonly adminUrl: string;
  /** An API key of the role operator. */
  readonly apiKey: string;
  readonly clusterSecret: string;
}

export async function readDevState(folder: string): Promise<DevState | null> {
  return readPrivateJson<DevState>(join(folder, 'dev.json'));
}

export async function writeDevState(folder: string, state: DevState): Promise<void> {
  await writePrivateJson(join(folder, 'dev.json'), state);
}

/** The state folder of the nearest `longwire dev`, here or in a folder above; without one, where it would be here. */
export function findStateFolder(cwd: string): string {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const state = join(folder, STATE_FOLDER);
    if (existsSync(join(state, 'dev.json'))) return state;
    if (folder === dirname(folder)) return resolve(cwd, STATE_FOLDER);
  }
}
