/**
 * `npm run load -- <scenario>`: puts a cluster under load, checks every delivery, and says what each connection and message costs.
 * `npm run load -- --help` names the scenarios and options.
 *
 * Ends with 0, with 1 when something was lost or the run could not be made, with 2 when it was asked for in the wrong way.
 */
import { runCommand } from '../lib/command.ts';
import { readArguments, usage } from './arguments.ts';
import { runLoad } from './run.ts';

await runCommand({
  name: 'load',
  read: (args) => {
    const request = readArguments(args);
    return request.kind === 'run' ? request : null;
  },
  usage,
  run: ({ scenario, options }) => runLoad(scenario, options),
});
