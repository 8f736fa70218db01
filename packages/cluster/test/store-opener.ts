import { once } from 'node:events';
import { upstreamRow } from './store-rows.ts';
import { open } from './store-databases.ts';

/** A process of its own that opens the store when told, adds a row, and answers how many were new. */
process.send?.('ready');
const [url] = (await once(process, 'message')) as [string];
const store = await open(url);
const added = await store.insertUpstream([upstreamRow()]);
await store.close();
process.send?.(added);
process.disconnect();
