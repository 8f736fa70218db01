import type { SchemaChange } from './schema-change.ts';
import { clients } from './0001-clients.ts';
import { upstreamMessages } from './0002-upstream-messages.ts';
import { pushes } from './0003-pushes.ts';
import { pushResults } from './0004-push-results.ts';
import { pushNodeResults } from './0005-push-node-results.ts';

/** Every step by its name; they run in the order of their names, each once in the life of a database. */
export const schemaChanges: Readonly<Record<string, SchemaChange>> = {
  '0001-clients': clients,
  '0002-upstream-messages': upstreamMessages,
  '0003-pushes': pushes,
  '0004-push-results': pushResults,
  '0005-push-node-results': pushNodeResults,
};
