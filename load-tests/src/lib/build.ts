import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repository } from './cluster.ts';

const BUILD_DEADLINE_MS = 300_000;

/** Brings `dist/` of all services up to date. Throws what the compiler says. */
export async function buildServices(): Promise<void> {
  const build = [join(repository, 'node_modules/typescript/bin/tsc'), '-b', 'packages/cli'];
  await promisify(execFile)(process.execPath, build, { cwd: repository, timeout: BUILD_DEADLINE_MS }).catch(
    (error: Error & { stdout?: string }) => {
      throw new Error(`it could not be built: ${error.stdout ?? error.message}`);
    },
  );
}
