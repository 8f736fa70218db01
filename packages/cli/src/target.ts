import { HttpApi } from './http-api.ts';
import { Mistake } from './mistake.ts';
import type { CliContext } from './context.ts';
import { findStateFolder, readDevState } from './state/dev-state.ts';
import { SavedClients } from './state/saved-clients.ts';

/** The cluster that a command talks to. */
export interface Target {
  readonly auth: HttpApi;
  readonly admin: HttpApi;
  readonly hasKey: boolean;
  readonly clients: SavedClients;
}

/**
 * Finds the cluster: LONGWIRE_CLI_AUTH_URL, LONGWIRE_CLI_ADMIN_URL and LONGWIRE_CLI_API_KEY first, then what a `longwire dev` here or in a
 * folder above has left, then the default ports of this machine.
 */
export async function findTarget({ cwd, env }: Pick<CliContext, 'cwd' | 'env'>): Promise<Target> {
  const folder = findStateFolder(cwd);
  const state = await readDevState(folder);
  const apiKey = env['LONGWIRE_CLI_API_KEY'] || state?.apiKey || null;
  const url = (name: string, fallback: string): string => {
    const given = env[name];
    if (!given) return fallback;
    if (/^https?:\/\//.test(given) && URL.canParse(given)) return given;
    throw new Mistake(`${name}: given ${given}; allowed: a URL that begins with http:// or https://`, 2);
  };
  return {
    auth: new HttpApi(url('LONGWIRE_CLI_AUTH_URL', state?.authUrl || 'http://127.0.0.1:7410'), apiKey),
    admin: new HttpApi(url('LONGWIRE_CLI_ADMIN_URL', state?.adminUrl || 'http://127.0.0.1:7430'), apiKey),
    hasKey: apiKey !== null,
    clients: new SavedClients(folder),
  };
}
