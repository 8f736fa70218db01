import { join } from 'node:path';
import { readPrivateJson, writePrivateJson } from './private-file.ts';

export interface SavedClient {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly authUrl: string;
}

/** Secrets of clients that were registered here: a file for each, so that commands that run at once cannot lose one another's. */
export class SavedClients {
  readonly #folder: string;

  constructor(stateFolder: string) {
    this.#folder = join(stateFolder, 'clients');
  }

  find(clientId: string): Promise<SavedClient | null> {
    return readPrivateJson<SavedClient>(this.fileOf(clientId));
  }

  save(client: SavedClient): Promise<void> {
    return writePrivateJson(this.fileOf(client.clientId), client);
  }

  fileOf(clientId: string): string {
    return join(this.#folder, `${encodeURIComponent(clientId)}.json`);
  }
}
