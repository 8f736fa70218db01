export * from './delivery-router.ts';
export * from './lane.ts';
export * from './node-addresses.ts';
export * from './node-client.ts';
export * from './node-tls.ts';
export * from './node-deliveries.ts';
export * from './node-leases.ts';
export * from './outcomes.ts';
