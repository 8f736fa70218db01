import { InvalidArgumentError } from 'commander';

/** For options that count something. */
export function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It must be a whole number above 0.');
  return Number(text);
}

/** For times: what Date understands, or an age such as `10m` (s, m, h, d) before now. Answers RFC 3339. */
export function pastTime(text: string): string {
  const age = /^(\d{1,9})([smhd])$/.exec(text);
  const ms =
    age === null ? Date.parse(text) : Date.now() - Number(age[1]) * unitMs[age[2] as keyof typeof unitMs];
  if (Number.isNaN(ms))
    throw new InvalidArgumentError('It must be a time such as 2026-11-20T12:00:00Z, or an age such as 10m.');
  return new Date(ms).toISOString();
}

const unitMs = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
