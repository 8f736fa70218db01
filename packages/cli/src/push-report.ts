/** What the API says of a push, as far as the commands show it. */
export interface PushReport {
  readonly pushId: string;
  readonly state: 'running' | 'done' | 'failed';
  readonly failure: string | null;
  readonly targets: number | null;
  readonly totals: {
    readonly delivered: number;
    readonly offline: number;
    readonly failed: number;
    readonly reasons: Readonly<Record<string, number>>;
  };
}

/** One line for people. */
export function describePush({ pushId, state, failure, targets, totals }: PushReport): string {
  const { delivered, offline, failed, reasons } = totals;
  const why = Object.entries(reasons).map(([reason, count]) => `${reason} ${count}`);
  const parts = [
    `${delivered} delivered`,
    `${offline} offline`,
    `${failed} failed${why.length > 0 ? ` (${why.join(', ')})` : ''}`,
  ];
  const whole = failure === null ? state : `${state} (${failure})`;
  return `push ${pushId} ${whole}: ${parts.join(', ')}${targets === null ? '' : `, of ${targets}`}`;
}
