import type { Need } from './backend.ts';
import { isPresent, run } from './run.ts';

const installTimeoutMs = 600_000;

/** What is needed and not on this machine, in words; null when nothing is missing. */
export function missingParts(needs: readonly Need[]): string | null {
  const missing = needs.filter((need) => !isPresent(need.what));
  if (missing.length === 0) return null;
  return missing.map((need) => `${need.what} is missing (Debian: ${need.debianPackage})`).join(', ');
}

/** Installs what is needed and missing, with apt. Throws, saying why, where that is not possible. */
export async function installMissing(needs: readonly Need[]): Promise<void> {
  const missing = needs.filter((need) => !isPresent(need.what));
  if (missing.length === 0) return;
  if (!isPresent('apt-get')) throw new Error('this is not a Debian machine');
  if (process.getuid?.() !== 0) throw new Error('only root can install packages');
  const packages = [...new Set(missing.map((need) => need.debianPackage))];
  console.error(`installing ${packages.join(' ')}`);
  await apt(['update']);
  await apt(['install', '-y', '--no-install-recommends', ...packages]);
}

/**
 * The packages must not start services of the machine's own. Both kinds of init are told by the environment:
 * RUNLEVEL=1 (invoke-rc.d: single user) and SYSTEMD_OFFLINE=1 (systemctl: do not talk to systemd).
 */
async function apt(args: string[]): Promise<void> {
  const env = { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1', SYSTEMD_OFFLINE: '1' };
  await run('apt-get', ['-q', ...args], { timeoutMs: installTimeoutMs, env });
}
