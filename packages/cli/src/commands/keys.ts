import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { STATE_FOLDER } from '../state/dev-state.ts';

export function addKeys(program: Command, context: CliContext): void {
  const keys = program.command('keys').description('the keys that sign tokens');
  keys
    .command('new')
    .description('put a new key first in the token key file: it signs from now on, the old ones verify')
    .option('--file <path>', 'the file; made if it is missing', join(STATE_FOLDER, 'token-keys.json'))
    .action(async ({ file }: { file: string }) => {
      const { putNewKey } = await import('../state/key-file.ts');
      const [signing, ...others] = await putNewKey(resolve(context.cwd, file));
      const rest = others.length === 0 ? 'it is the only key' : `${others.join(', ')} verify too`;
      context.terminal.result({ file, signing, verifying: others }, `${file}: ${signing} signs; ${rest}`);
    });
}
