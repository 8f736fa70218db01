export * from './close-codes.ts';
export * from './extension.ts';
export * from './frame.ts';
export * from './limits.ts';
export * from './messages.ts';
export * from './parser.ts';
export * from './trace.ts';
