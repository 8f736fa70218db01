import type { Writable } from 'node:stream';

/** What a command says: results to standard output, for people or as one JSON object a line; remarks to standard error. */
export class Terminal {
  json = false;
  readonly #stdout: Writable;
  readonly #stderr: Writable;

  constructor(stdout: Writable, stderr: Writable) {
    this.#stdout = stdout;
    this.#stderr = stderr;
  }

  /** A result: the object with `--json`, otherwise the text. */
  result(value: object, text: string): void {
    this.#stdout.write(`${this.json ? JSON.stringify(value) : text}\n`);
  }

  /** Many results: one JSON object a line, or a table. */
  table<Row extends object>(rows: readonly Row[], columns: Record<string, (row: Row) => string>): void {
    if (this.json) {
      for (const row of rows) this.#stdout.write(`${JSON.stringify(row)}\n`);
      return;
    }
    const lines = [
      Object.keys(columns),
      ...rows.map((row) => Object.values(columns).map((cell) => cell(row))),
    ];
    const widths = Object.keys(columns).map((_, column) =>
      Math.max(...lines.map((line) => line[column]!.length)),
    );
    for (const line of lines) {
      const padded = line.map((cell, column) => cell.padEnd(widths[column]!));
      this.#stdout.write(`${padded.join('  ').trimEnd()}\n`);
    }
  }

  /** For people beside the results. */
  remark(text: string): void {
    this.#stderr.write(`${text}\n`);
  }
}
