/** Something that the person at the keyboard can put right: shown as one line, without a stack. */
export class Mistake extends Error {
  override readonly name = 'Mistake';
  /** 1: it did not work; 2: it was asked for in the wrong way. */
  readonly exitCode: 1 | 2;
  /** For programs, with `--json`: the code of the API's problem, or a stable word. */
  readonly code: string;

  constructor(message: string, exitCode: 1 | 2 = 1, code = exitCode === 2 ? 'usage' : 'failed') {
    super(message);
    this.exitCode = exitCode;
    this.code = code;
  }
}
