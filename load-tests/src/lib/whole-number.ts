/** What a flag says, `preset` where it was left out. Throws an error that says what was given and what is allowed. */
export function wholeNumber<Preset>(
  flag: string,
  text: string | undefined,
  preset: Preset,
  { least = 1, most }: { least?: number; most: number },
): number | Preset {
  if (text === undefined) return preset;
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new Error(`--${flag}: given ${text}; allowed: a whole number from ${least} to ${most}`);
}
