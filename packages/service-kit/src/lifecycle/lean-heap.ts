import { registerHooks } from 'node:module';
import { setFlagsFromString } from 'node:v8';

const YOUNG_SPACE = '--max-semi-space-size';
const YOUNG_SPACE_MIB = 4;
/** A checksum in native code that would take 3 MB. Whoever asks for it here has another that is as fast. */
const LEFT_OUT = { module: '@node-rs/crc32', askedBy: '/@platformatic/kafka/' };
/** glibc gives each thread that allocates an area of its own. Two are enough: the event loop has one for itself, what helps it shares the other. */
const FEW_AREAS = { MALLOC_ARENA_MAX: '2' };

/**
 * Has this process take little memory, of which V8 gives next to nothing back once it has it. Call it before anything large is loaded, and what
 * it answers once the process does its work. What both settings save and cost: docs/adr/0012-login-and-process.md.
 */
export function beginLean(): () => void {
  beginAnew();
  const hooks = leaveOut(LEFT_OUT);
  // While it loads, a process makes garbage for which V8 would rather take more memory than time.
  setFlagsFromString('--optimize-for-size');
  return () => {
    setFlagsFromString('--no-optimize-for-size');
    hooks.deregister();
  };
}

/** For this one library the module is not there. Not `--no-addons`: the business code of users may need native code. */
function leaveOut({ module, askedBy }: typeof LEFT_OUT): { deregister(): void } {
  return registerHooks({
    resolve(specifier, context, next) {
      if (specifier === module && context.parentURL?.includes(askedBy))
        throw new Error(`${module} is left out`);
      return next(specifier, context);
    },
  });
}

/**
 * Begins the process anew, in place (execve: same id, same standard streams), with a young generation of which each half is at most 4 MiB,
 * and few allocation areas. V8 lets the young generation grow to 64 MiB in all, and takes another size from the command line alone; glibc reads
 * its environment but once. The process goes on as it is where the size has been chosen, by
 * a flag or NODE_OPTIONS; where a parent talks to it over IPC; and on Windows, which has no execve.
 */
function beginAnew(): void {
  const isChosen = [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''].some((text) =>
    text.replaceAll('_', '-').includes(YOUNG_SPACE),
  );
  if (isChosen || process.channel !== undefined || process.execve === undefined) return;
  const flags = [`${YOUNG_SPACE}=${YOUNG_SPACE_MIB}`, ...process.execArgv];
  process.execve(process.execPath, [process.execPath, ...flags, ...process.argv.slice(1)], {
    ...FEW_AREAS,
    ...process.env,
  });
}
