import { Mistake } from './mistake.ts';

const prefix = 'LONGWIRE_CLI_';
const known = ['AUTH_URL', 'ADMIN_URL', 'API_KEY'].map((name) => prefix + name);

/** Refuses variables that begin like a setting of the command line and are none: most likely a typo. */
export function checkOwnSettings(env: NodeJS.ProcessEnv): void {
  const unknown = Object.keys(env).find((name) => name.startsWith(prefix) && !known.includes(name));
  if (unknown === undefined) return;
  const near = known.find((name) => name.startsWith(unknown.slice(0, prefix.length + 2)));
  const hint = near === undefined || unknown === prefix ? '' : `; did you mean ${near}?`;
  throw new Mistake(`${unknown}: no setting of this name${hint} (allowed: ${known.join(', ')})`, 2);
}
