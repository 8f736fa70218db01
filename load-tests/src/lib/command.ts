/**
 * Runs what a command of this package was asked for, and ends the process: with 0; with 1 when the run was not good or could not be made; with 2
 * when `read` throws, because it was asked for in the wrong way. `read` answers null where only `usage` is wanted.
 */
export async function runCommand<Request>(command: {
  readonly name: string;
  readonly read: (args: readonly string[]) => Request | null;
  readonly usage: () => string;
  /** Resolves with whether all was good. */
  readonly run: (request: Request) => Promise<boolean>;
}): Promise<never> {
  let request: Request | null;
  try {
    request = command.read(process.argv.slice(2));
  } catch (error) {
    console.error(`${(error as Error).message}\n\nnpm run ${command.name} -- --help says more`);
    process.exit(2);
  }
  if (request === null) {
    console.log(command.usage());
    process.exit(0);
  }
  try {
    process.exit((await command.run(request)) ? 0 : 1);
  } catch (error) {
    console.error((error as Error).message);
    process.exit(1);
  }
}
