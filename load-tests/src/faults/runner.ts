import type { Lab } from './lab.ts';
import { SeededRandom } from '../lib/random.ts';
import { excusesOf, Findings, type Prepared, type Scenario } from './scenario.ts';
import { Watch } from './watch.ts';

export interface Result {
  readonly name: string;
  readonly what: string;
  readonly expected: string;
  /** What the judge lets pass: everything else of its invariants must hold. */
  readonly excused: readonly string[];
  readonly measured: readonly string[];
  readonly details: readonly string[];
  /** What was not as it must be; empty: passed. */
  readonly failures: readonly string[];
  readonly seconds: number;
}

export interface RunnerOptions {
  /** The same seed and the same scenario make the same choices. */
  readonly seed: number;
  /** A fresh laboratory, on names of its own. */
  readonly startLab: (env: Prepared['env']) => Promise<Lab>;
  readonly onResult: (result: Result) => void;
}

const DEADLINE_MS = 90_000;
const JUDGE_DEADLINE_MS = 240_000;

/** Runs scenarios one after the other, in one laboratory as long as it stays whole. */
export class Runner {
  readonly #options: RunnerOptions;
  #lab: Lab | null = null;
  #prepared: Prepared | null = null;

  constructor(options: RunnerOptions) {
    this.#options = options;
  }

  async run(scenarios: readonly Scenario[], end: AbortSignal): Promise<Result[]> {
    const results: Result[] = [];
    for (const scenario of scenarios) {
      end.throwIfAborted();
      const result = await this.#runOne(scenario);
      results.push(result);
      this.#options.onResult(result);
    }
    return results;
  }

  async stop(): Promise<void> {
    const lab = this.#lab;
    const prepared = this.#prepared;
    this.#lab = null;
    this.#prepared = null;
    await lab?.stop();
    await prepared?.stop?.();
  }

  async #runOne(scenario: Scenario): Promise<Result> {
    const startedAtMs = performance.now();
    const findings = new Findings();
    try {
      await this.#try(scenario, findings);
    } catch (error) {
      findings.check(false, (error as Error).message);
    }
    // What a failed scenario has left must not be taken for a failure of the next.
    if (findings.failures.length > 0 || scenario.spoilsCluster === true || this.#prepared !== null)
      await this.stop();
    const { name, what, expected } = scenario;
    const { measured, details, failures } = findings;
    const seconds = (performance.now() - startedAtMs) / 1000;
    const excused = excusesOf(scenario);
    return { name, what, expected, excused, measured, details, failures, seconds };
  }

  async #try(scenario: Scenario, findings: Findings): Promise<void> {
    if (scenario.prepare !== undefined) {
      await this.stop();
      this.#prepared = await scenario.prepare();
    }
    this.#lab ??= await this.#options.startLab(this.#prepared?.env ?? {});
    const lab = this.#lab;
    lab.random = new SeededRandom(this.#options.seed).of(scenario.name);
    const watch = await Watch.begin(lab, scenario);
    try {
      await withDeadline(scenario.run(lab, findings), scenario.deadlineMs ?? DEADLINE_MS, 'the scenario');
    } catch (error) {
      findings.check(false, (error as Error).message);
    }
    await lab.heal();
    await withDeadline(watch.conclude(findings), JUDGE_DEADLINE_MS, 'the judge');
    if (scenario.mayDrop !== undefined && findings.failures.length === 0) await lab.rebalance();
  }
}

async function withDeadline(work: Promise<void>, deadlineMs: number, who: string): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`${who} was not done within ${deadlineMs / 1000} s`)),
      deadlineMs,
    );
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
