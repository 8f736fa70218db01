/** What is measured; of each, less is better. */
export const figures = {
  serverMemory: { scenario: 'idle', what: 'memory of the server without connections', unit: 'MB' },
  allMemory: { scenario: 'idle', what: 'the same with all that it needs', unit: 'MB' },
  connectionMemory: { scenario: 'idle', what: 'user memory per connection', unit: 'B' },
  holding: {
    scenario: 'idle',
    what: 'CPU to hold a connection from one heartbeat to the next: server',
    unit: 'us',
  },
  holdingAll: { scenario: 'idle', what: 'the same with all that it needs', unit: 'us' },
  broadcast: {
    scenario: 'broadcast',
    what: 'CPU per recipient of a message to everyone: server',
    unit: 'us',
  },
  broadcastAll: { scenario: 'broadcast', what: 'the same with all that it needs', unit: 'us' },
  inARow: { scenario: 'broadcast', what: 'CPU per recipient of one of 20 in a row: server', unit: 'us' },
  lastArrival: { scenario: 'broadcast', what: 'the last client has it after', unit: 'ms' },
  arrivalP50: { scenario: 'p2p', what: 'client to client, due until it arrives: p50', unit: 'ms' },
  arrivalP99: { scenario: 'p2p', what: 'the same: p99', unit: 'ms' },
  answerP50: { scenario: 'p2p', what: 'due until its sender has an answer: p50', unit: 'ms' },
  answerP99: { scenario: 'p2p', what: 'the same: p99', unit: 'ms' },
  message: { scenario: 'p2p', what: 'CPU per message: server', unit: 'us' },
  messageAll: { scenario: 'p2p', what: 'the same with all that it needs', unit: 'us' },
} as const;

export type FigureName = keyof typeof figures;

/** What one contender has shown: a figure may be measured in each turn, and the median counts. */
export class Score {
  readonly #values = new Map<FigureName, number[]>();

  note(name: FigureName, value: number): void {
    this.#values.set(name, [...(this.#values.get(name) ?? []), value]);
  }

  /** Null where it was not measured. */
  of(name: FigureName): number | null {
    const values = [...(this.#values.get(name) ?? [])].sort((a, b) => a - b);
    const lower = values[Math.floor((values.length - 1) / 2)];
    const upper = values[Math.floor(values.length / 2)];
    return lower === undefined || upper === undefined ? null : (lower + upper) / 2;
  }
}
