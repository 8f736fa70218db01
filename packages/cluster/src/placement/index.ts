export * from './node-choice.ts';
export * from './placement.ts';
