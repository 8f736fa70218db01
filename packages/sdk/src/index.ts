export { LongwireClient, type LongwireEvents, type MessageOptions } from './client.ts';
export type { ReceivedMessage } from './inbox.ts';
export type { LinkState } from './link.ts';
export type { LongwireOptions, TlsOptions } from './options.ts';
export * from './errors.ts';
