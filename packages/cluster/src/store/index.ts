export * from './store.ts';
export { InvalidCursor } from './cursor.ts';
export { openStore } from './open-store.ts';
