/** What push-route and the admin API say of a push; the fields that are looked at here. */
export interface PushReport {
  readonly pushId: string;
  readonly audience: { readonly type: string };
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
