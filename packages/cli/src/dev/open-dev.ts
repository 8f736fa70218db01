import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createApiKey,
  createTokenKeySet,
  newSecret,
  sha256,
  writeTokenKeySet,
  type ApiKeySettings,
} from '@longwire/service-kit';
import { Mistake } from '../mistake.ts';
import { readDevState, STATE_FOLDER, writeDevState } from '../state/dev-state.ts';
import { listeningPorts, loadDevConfig, type DevConfig } from './dev-config.ts';
import { startDev, type Dev } from './start-dev.ts';

/**
 * Starts the cluster with the secrets of its state folder, made at the first start, and leaves there how the other
 * commands reach it.
 */
export async function openDev(folder: string, env: NodeJS.ProcessEnv): Promise<Dev> {
  const state = await readDevState(folder);
  const clusterSecret = state?.clusterSecret ?? newSecret('');
  const apiKey = state?.apiKey ?? createApiKey('dev', 'operator').key;
  const config = loadDevConfig(env, clusterSecret);
  await makeTokenKeys(folder, config);
  const dev = await start(config, {
    name: 'dev',
    role: 'operator',
    sha256: sha256(apiKey).toString('hex'),
  });
  await writeDevState(folder, { authUrl: dev.authUrl, adminUrl: dev.adminUrl, apiKey, clusterSecret });
  return dev;
}

/** Only the file that the settings name by default is made: another one is somebody's own. */
async function makeTokenKeys(folder: string, { tokens }: DevConfig): Promise<void> {
  const name = 'token-keys.json';
  const file = join(folder, name);
  if (tokens.keysFile !== join(STATE_FOLDER, name) || existsSync(file)) return;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeTokenKeySet(file, createTokenKeySet());
}

async function start(config: DevConfig, operator: ApiKeySettings): Promise<Dev> {
  try {
    return await startDev(config, operator);
  } catch (error) {
    const { code, port } = error as { code?: string; port?: number };
    const taken = listeningPorts(config).find((each) => each.port === port);
    if (code !== 'EADDRINUSE' || taken === undefined) throw error;
    throw new Mistake(
      `port ${port} (${taken.key}) is in use: is another Longwire running? Set ${taken.env} to change it.`,
      2,
    );
  }
}
