import { mkdirSync, writeFileSync } from 'node:fs';
import { conversationFiles } from './all.ts';

/** Writes vectors/conversations/. Run it after a change of the cases: `npm run conversations -w packages/protocol`. */
const folder = new URL('../../vectors/conversations/', import.meta.url);
mkdirSync(folder, { recursive: true });
for (const [name, text] of Object.entries(conversationFiles())) writeFileSync(new URL(name, folder), text);
