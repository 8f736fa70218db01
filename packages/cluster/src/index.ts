export * from './backends.ts';
export * from './config.ts';
export * from './directory/index.ts';
export * from './membership/index.ts';
export * from './node-api/index.ts';
export * from './placement/index.ts';
export * from './store/index.ts';
export * from './upstream/index.ts';
