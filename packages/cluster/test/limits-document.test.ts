import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import {
  callBounds,
  callServerTimes,
  FREQUENT_CALL_DEADLINE_MS,
  MAX_CLIENTS_PER_CALL,
} from '../src/index.ts';

const page = readFileSync(new URL('../../../docs/limits.md', import.meta.url), 'utf8');
const [, betweenNodes = ''] = page.split('## Between nodes');
const [section = ''] = betweenNodes.split('\n## ');

/** By the first words of the row. */
const bounds = {
  'calls in flight': callBounds.maxCalls,
  'bytes that the node': callBounds.maxUnwrittenBytes,
  'length of a call': callBounds.maxAnswerBytes,
  'clients of a delivery call': MAX_CLIENTS_PER_CALL,
  'until a call is answered': FREQUENT_CALL_DEADLINE_MS,
  'after a connection that could not': callBounds.longestPauseMs,
  'a connection that takes no more': callBounds.retiredMs,
  'a connection on which nothing': callServerTimes.idleTimeoutMs,
  'after a farewell': callServerTimes.drainMs,
};

const units: Readonly<Record<string, number>> = { '': 1, ms: 1, s: 1000, MiB: 1_048_576 };

it.each(Object.entries(bounds))('docs/limits.md tells the bound of: %s', (words, bound) => {
  const row = section.split('\n').find((line) => line.startsWith(`| ${words}`));
  const [, , value = ''] = (row ?? '').split('|').map((cell) => cell.trim());
  const [, number, unit] = /^([\d,]+)\s*(\S*)$/.exec(value) ?? [];
  expect(Number(number?.replaceAll(',', '')) * (units[unit ?? '-'] ?? NaN)).toBe(bound);
});
