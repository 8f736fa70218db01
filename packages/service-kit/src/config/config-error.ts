/** One wrong setting. */
export interface ConfigProblem {
  /** Path of the setting, for example `redis.commandTimeoutMs`. */
  readonly key: string;
  /** Where the value came from: the name of an environment variable, a file, or where it could have come from. */
  readonly source: string;
  /** What was given, as text; null when nothing was, or when it must not be shown. */
  readonly given: string | null;
  /** What would be accepted. */
  readonly allowed: string;
}

/** The configuration cannot be used. Names every problem at once; `runMain` prints it and exits with 2. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(['The configuration is wrong:', ...problems.map(line)].join('\n'));
    this.problems = problems;
  }
}

function line({ key, source, given, allowed }: ConfigProblem): string {
  return `  ${key} (${source}): ${given === null ? '' : `given ${given}; `}allowed: ${allowed}`;
}
