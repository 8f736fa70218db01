/**
 * `npm run peers -- all`: Longwire beside what a user might take instead, each with as many clients of the same program.
 * `npm run peers -- --help` names the peers and options.
 *
 * Ends with 0, with 1 when something was lost or a peer could not be run, with 2 when it was asked for in the wrong way.
 */
import { readArguments, usage, type ComparisonOptions } from './arguments.ts';
import { runComparison } from './comparison.ts';

function optionsOf(args: readonly string[]): ComparisonOptions | null {
  try {
    return readArguments(args);
  } catch (error) {
    console.error(`${(error as Error).message}\n\nnpm run peers -- --help says more`);
    process.exit(2);
  }
}

async function main(): Promise<boolean> {
  const options = optionsOf(process.argv.slice(2));
  if (options !== null) return runComparison(options);
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
