import type { Lab } from './lab.ts';

/** What a cluster of its own needs. */
export interface Prepared {
  /** Settings beside those of all laboratories. */
  readonly env: Readonly<Record<string, string>>;
  readonly stop?: () => Promise<void>;
}

/** Connections that a fault takes. */
export interface MayDrop {
  /** Only clients that were on these nodes when it began may lose theirs. */
  readonly nodes: readonly string[];
  /** And only for these reasons: names of close codes, `redirected` by the node, `lost` without a word. */
  readonly reasons: readonly string[];
}

/** One fault, what must come of it, and how it is brought about. */
export interface Scenario {
  readonly name: string;
  readonly what: string;
  /** In words, for the table; `run` and the judge check it. */
  readonly expected: string;
  /** Who may lose the connection, for that is what the fault does; left out: nobody. */
  readonly mayDrop?: MayDrop;
  /**
   * Where nothing has to be sent again messages must arrive in their order: of one client to another, of one client in MySQL, or, with
   * `true`, both.
   */
  readonly keepsOrder?: true | 'between clients' | 'upstream' | undefined;
  /** Pushes that run may fail, for what carries them is ended. */
  readonly failsPushes?: boolean;
  /** Needs a cluster of its own: starts what that needs. */
  readonly prepare?: () => Promise<Prepared>;
  /** The cluster is of no use for others afterwards. */
  readonly spoilsCluster?: boolean;
  /** From the first step to the last, without the judging. Default: a minute and a half. */
  readonly deadlineMs?: number;
  run(lab: Lab, findings: Findings): Promise<void>;
}

/** What the judge lets pass in a scenario, in words, for the table. */
export function excusesOf({ mayDrop, keepsOrder, failsPushes }: Scenario): string[] {
  return [
    ...(mayDrop === undefined
      ? []
      : [`connections to ${mayDrop.nodes.join(', ')} that end as ${mayDrop.reasons.join(' or ')}`]),
    ...(failsPushes === true ? ['pushes that fail as routerDied'] : []),
    ...(keepsOrder === true ? [] : [excusedOrder(keepsOrder)]),
  ];
}

function excusedOrder(kept: 'between clients' | 'upstream' | undefined): string {
  if (kept === undefined) return 'order';
  return kept === 'upstream' ? 'order between clients' : 'order upstream';
}

/** What was seen in a scenario, and what was not as it should be. */
export class Findings {
  /** For the table. */
  readonly measured: string[] = [];
  /** For whoever wants to know more. */
  readonly details: string[] = [];
  readonly failures: string[] = [];

  note(text: string): void {
    this.measured.push(text);
  }

  check(isGood: boolean, otherwise: string): void {
    if (!isGood) this.failures.push(otherwise);
  }

  /** Notes `title: 1.2 s`, and fails when there is no time, or it is above the limit. */
  within(title: string, tookMs: number | null, limitMs: number): void {
    const limit = `${(limitMs / 1000).toFixed(1)} s`;
    if (tookMs === null) this.failures.push(`${title}: not within ${limit}`);
    else {
      this.note(`${title} ${(tookMs / 1000).toFixed(1)} s`);
      this.check(
        tookMs <= limitMs,
        `${title}: ${(tookMs / 1000).toFixed(1)} s, and at most ${limit} is right`,
      );
    }
  }
}
