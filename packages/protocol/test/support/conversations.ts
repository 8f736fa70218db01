import { readdirSync, readFileSync } from 'node:fs';
import type { Conversation } from '../conversations/build.ts';

const folder = new URL('../../vectors/conversations/', import.meta.url);

/** All cases under this name, by subject: the name of their file. */
export function conversations(under: Conversation['under']): Map<string, Conversation[]> {
  const subjects = new Map<string, Conversation[]>();
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
    const cases = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Conversation[];
    const ours = cases.filter((conversation) => conversation.under === under);
    if (ours.length > 0) subjects.set(file.slice(0, -'.json'.length), ours);
  }
  return subjects;
}
