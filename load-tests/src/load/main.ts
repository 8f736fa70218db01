/**
 * `npm run load -- <scenario>`: puts a cluster under load, checks every delivery, and says what each connection and message costs.
 * `npm run load -- --help` names the scenarios and options.
 *
 * Ends with 0, with 1 when something was lost or the run could not be made, with 2 when it was asked for in the wrong way.
 */
import { readArguments, usage, type Request } from './arguments.ts';
import { runLoad } from './run.ts';

function requestOf(args: readonly string[]): Request {
  try {
    return readArguments(args);
  } catch (error) {
    console.error(`${(error as Error).message}\n\nnpm run load -- --help says more`);
    process.exit(2);
  }
}

async function main(): Promise<boolean> {
  const request = requestOf(process.argv.slice(2));
  if (request.kind === 'run') return runLoad(request.scenario, request.options);
  console.log(usage());
  return true;
}

await main().then(
  (isGood) => process.exit(isGood ? 0 : 1),
  (error: Error) => {
    console.error(error.message);
    process.exit(1);
  },
);
