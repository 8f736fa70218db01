import { rmSync } from 'node:fs';

/** What the work comes to. The folder, in which it puts secrets, is removed then, or when the process ends before, as by a second Ctrl-C. */
export async function withPrivateFolder<Value>(folder: string, work: () => Promise<Value>): Promise<Value> {
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.once('exit', remove);
  try {
    return await work();
  } finally {
    process.off('exit', remove);
    remove();
  }
}
