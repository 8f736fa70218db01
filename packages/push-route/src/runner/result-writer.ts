import type { PushResultRow } from '@longwire/cluster';

const batchRows = 1000;
/** How long a row may wait for others, so that progress shows while a push runs. */
const maxWaitMs = 100;

export interface ResultWriterOptions {
  /** Puts rows in the store, with tries of its own. */
  readonly write: (rows: readonly PushResultRow[]) => Promise<void>;
  readonly onWritten: (count: number) => void;
  /** Called once; rows that are held and come later are dropped. */
  readonly onFailed: (error: Error) => void;
  readonly onDropped: (count: number) => void;
}

/** Gathers the results of one push into batches, one write at a time. Whoever adds rows bounds how many are held. */
export class ResultWriter {
  readonly #options: ResultWriterOptions;
  #rows: PushResultRow[] = [];
  #timer: NodeJS.Timeout | null = null;
  #isWriting = false;
  #hasFailed = false;

  constructor(options: ResultWriterOptions) {
    this.#options = options;
  }

  add(row: PushResultRow): void {
    if (this.#hasFailed) return this.#options.onDropped(1);
    this.#rows.push(row);
    if (this.#isWriting) return;
    if (this.#rows.length >= batchRows) void this.#write();
    else this.#timer ??= setTimeout(() => void this.#write(), maxWaitMs);
  }

  async #write(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#isWriting = true;
    while (this.#rows.length > 0 && !this.#hasFailed) await this.#writeBatch(this.#rows.splice(0, batchRows));
    this.#isWriting = false;
  }

  async #writeBatch(batch: readonly PushResultRow[]): Promise<void> {
    try {
      await this.#options.write(batch);
      this.#options.onWritten(batch.length);
    } catch (error) {
      this.#hasFailed = true;
      this.#options.onDropped(batch.length + this.#rows.length);
      this.#rows = [];
      this.#options.onFailed(error as Error);
    }
  }
}
