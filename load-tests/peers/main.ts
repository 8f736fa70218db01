/**
 * `npm run peers -- all`: Longwire beside what a user might take instead, each with as many clients of the same program.
 * `npm run peers -- --help` names the peers and options.
 *
 * Ends with 0, with 1 when something was lost or a peer could not be run, with 2 when it was asked for in the wrong way.
 */
import { runCommand } from '../src/lib/command.ts';
import { readArguments, usage } from './arguments.ts';
import { runComparison } from './comparison.ts';

await runCommand({ name: 'peers', read: readArguments, usage, run: runComparison });
