/** What one check has found. `note`: nothing is wrong, but it is good to know. */
export interface Finding {
  readonly check: string;
  readonly state: 'ok' | 'note' | 'warning' | 'failed';
  readonly detail: string;
}
