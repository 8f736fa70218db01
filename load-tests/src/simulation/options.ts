export interface SimulationOptions {
  /** Null: what the simulation itself thinks best. */
  readonly clients: number | null;
  readonly nodes: number | null;
  readonly seed: number;
}
