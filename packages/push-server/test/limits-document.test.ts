import { readFileSync } from 'node:fs';
import { closeCodes } from '@longwire/protocol';
import { describe, expect, it } from 'vitest';
import { pushServerSettings } from '../src/config.ts';

const page = readFileSync(new URL('../../../docs/limits.md', import.meta.url), 'utf8');
/** What is behind this heading is held by a test of the auth-service. */
const [ownPart = ''] = page.split('## Every HTTP port');
const rows = ownPart
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| limit') && !line.startsWith('| --'))
  .map((line) => line.split('|').slice(1, -1))
  .map((cells) => cells.map((cell) => cell.trim()));
const settings = pushServerSettings.properties as Record<string, { default?: unknown } | undefined>;

const units: Readonly<Record<string, number>> = { '': 1, '/s': 1, ms: 1, s: 1000, KiB: 1024, MiB: 1_048_576 };

function numberOf(text: string): number {
  const [, number, unit] = /^([\d,]+)\s*(\S*)$/.exec(text) ?? [];
  return Number(number?.replaceAll(',', '')) * (units[unit ?? '-'] ?? NaN);
}

describe('docs/limits.md', () => {
  const named = rows.filter(([, setting]) => setting?.startsWith('`'));

  it.each(named.map(([limit, setting, value]) => [limit, setting!.slice(1, -1), value] as const))(
    'tells the default of: %s (push.%s)',
    (_, setting, value) => {
      expect(settings[setting]?.default).toBe(numberOf(value!));
    },
  );

  it('names every limit that is a setting, and only close codes that exist', () => {
    const limits = Object.keys(settings).filter((name) =>
      /^max|PerSecond$|PerMinute$|TimeoutMs$|^reserved/.test(name),
    );
    const documented = new Set(named.map(([, setting]) => setting!.slice(1, -1)));
    const elsewhere = ['acknowledgeTimeoutMs', 'drainClientsPerSecond'];
    expect(limits.filter((name) => !documented.has(name) && !elsewhere.includes(name))).toEqual([]);
    const codes = rows.flatMap((cells) => /^`(\w+)`$/.exec(cells[3] ?? '')?.[1] ?? []);
    const reasons = new Set(['openFiles', 'connections', 'eventLoop', 'acceptRate', 'claimWait']);
    const unknown = codes.filter((code) => !(code in closeCodes) && !reasons.has(code));
    expect(unknown.filter((code) => !code.startsWith('unauthenticated'))).toEqual([]);
    expect(codes.length).toBeGreaterThan(12);
  });
});
