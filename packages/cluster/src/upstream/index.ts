export * from './upstream-log.ts';
