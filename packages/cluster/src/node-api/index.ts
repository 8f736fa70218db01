export * from './delivery-router.ts';
export * from './lane.ts';
export * from './node-client.ts';
export * from './node-deliveries.ts';
export * from './outcomes.ts';
