import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const fixture = fileURLToPath(new URL('fixtures/native-code.ts', import.meta.url));
/** Of '123456789', as every description of CRC-32C has it. */
const checksum = 0xe3069283;

it('loads no native code of its own, and leaves it to the modules of users', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=longwire-source', fixture]);
  expect(JSON.parse(stdout)).toEqual({
    own: [],
    checksum,
    after: { native: [expect.stringContaining('crc32')], checksum },
  });
});
