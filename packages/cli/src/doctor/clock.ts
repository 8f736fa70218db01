import type { Finding } from './finding.ts';

/** Somebody else's clock, asked between two looks at this machine's. Milliseconds since 1970. */
export interface ClockReading {
  readonly source: string;
  readonly atMs: number;
  /** It was `atMs` or up to this much later: a clock that tells whole seconds has a thousand. */
  readonly resolutionMs: number;
  readonly askedAtMs: number;
  readonly answeredAtMs: number;
}

const httpDeadlineMs = 2000;
/** Tokens are let pass that are this far ahead; leases and times of messages suffer earlier. */
const toleranceMs = 2000;

/** `ask` answers in milliseconds since 1970, or null when the other side does not tell. */
export async function readClock(
  source: string,
  resolutionMs: number,
  ask: () => Promise<number | null>,
): Promise<ClockReading | null> {
  const askedAtMs = Date.now();
  const atMs = await ask();
  if (atMs === null) return null;
  return { source, atMs, resolutionMs, askedAtMs, answeredAtMs: Date.now() };
}

/** The clock of an HTTP service, by the header `date` of its answers; null without an answer. */
export async function readHttpClock(source: string, url: string): Promise<ClockReading | null> {
  try {
    return await readClock(source, 1000, async () => {
      const response = await fetch(`${url}/livez`, { signal: AbortSignal.timeout(httpDeadlineMs) });
      await response.arrayBuffer();
      const date = Date.parse(response.headers.get('date') ?? '');
      return Number.isNaN(date) ? null : date;
    });
  } catch {
    return null;
  }
}

/** This machine's clock and those of the cluster agree, as far as they can be asked. */
export function compareClocks(readings: readonly ClockReading[], authUrl: string): Finding {
  const check = 'clock';
  if (readings.length === 0)
    return { check, state: 'warning', detail: `not compared: no answer from ${authUrl}` };
  const away = readings.filter((reading) => Math.abs(aheadMs(reading)) > toleranceMs);
  if (away.length > 0) return { check, state: 'failed', detail: away.map(describeAway).join('; ') };
  const sources = readings.map(({ source }) => source).join(', ');
  return { check, state: 'ok', detail: `agrees with ${sources}` };
}

/** How far the other clock is certainly ahead of this one; negative when it is behind. */
function aheadMs({ atMs, resolutionMs, askedAtMs, answeredAtMs }: ClockReading): number {
  if (atMs > answeredAtMs) return atMs - answeredAtMs;
  return Math.min(0, atMs + resolutionMs - askedAtMs);
}

function describeAway(reading: ClockReading): string {
  const ms = aheadMs(reading);
  return `${reading.source} is ${Math.abs(ms / 1000).toFixed(1)} s ${ms > 0 ? 'ahead of' : 'behind'} this machine`;
}
