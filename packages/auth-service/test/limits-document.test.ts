import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { operator, startAuthService, type RunningAuthService } from './support.ts';
import { authSettings } from '../src/index.ts';

const page = readFileSync(new URL('../../../docs/limits.md', import.meta.url), 'utf8');
const [, httpAndAuth = ''] = page.split('## Every HTTP port');
const rows = httpAndAuth
  .split('\n')
  .filter((line) => /^\| (?!limit|--)/.test(line))
  .map((line) => line.split('|').slice(1, -1))
  .map((cells) => cells.map((cell) => cell.trim()));

const units: Readonly<Record<string, number>> = { '': 1, '/s': 1, s: 1000 };
const named = rows.flatMap(([limit, setting, value]) => {
  const key = /^`(?:auth\.)?([\w.]+)`$/.exec(setting!)?.[1];
  return key === undefined ? [] : [[limit!, key, value!] as const];
});

function defaultOf(key: string): unknown {
  const inSchema = `properties.${key.replace('.', '.properties.')}.default`.split('.');
  return inSchema.reduce<unknown>((node, name) => Reflect.get(node as object, name), authSettings);
}

describe('docs/limits.md', () => {
  it.each(named)('tells the default of: %s (%s)', (_, key, text) => {
    const [, number, unit] = /^([\d,]+)\s*(\S*)$/.exec(text)!;
    expect(defaultOf(key)).toBe(Number(number!.replaceAll(',', '')) * units[unit!]!);
  });

  it('names every limit that is a setting of an auth-service', () => {
    const { http, ...others } = authSettings.properties;
    const limits = [
      ...Object.keys(others).filter((name) => name !== 'trustedProxies'),
      ...Object.keys(http.properties).flatMap((name) => (name.startsWith('max') ? [`http.${name}`] : [])),
    ];
    expect(named.map(([, key]) => key).sort()).toEqual(limits.sort());
  });

  it('names metrics that an auth-service has', async () => {
    const auth: RunningAuthService = await startAuthService();
    try {
      await auth.post('/v1/clients', { clientId: 'one' }, operator.key);
      const metrics = await auth.metrics();
      const names = new Set(httpAndAuth.match(/longwire_\w+/g));
      expect(names.size).toBe(4);
      for (const name of names) expect(metrics).toContain(name);
    } finally {
      await auth.stop();
    }
  });
});
