/** A figure that the plan is made of, and where it comes from, so that it can be renewed. */
interface Cost {
  readonly value: number;
  readonly unit: string;
  readonly from: string;
}

const bench = 'docs/benchmarks.md';
const directory = '`npm run simulate -- directory`';
const placement = '`npm run simulate -- placement`';

/** What things cost on the machine of docs/benchmarks.md. CPU is user and system time of one core. */
export const costs = {
  userMemoryPerConnection: { value: 6350, unit: 'bytes', from: bench },
  kernelMemoryPerConnection: {
    value: 4096,
    unit: 'bytes',
    from: 'slab and socket memory of an idle TCP socket',
  },
  memoryOfEmptyNode: { value: 175e6, unit: 'bytes', from: bench },
  cpuPerLogin: { value: 160, unit: 'us', from: bench },
  cpuPerHeartbeat: { value: 15, unit: 'us', from: 'one small read and one small write, docs/benchmarks.md' },
  cpuPerBroadcastRecipient: { value: 10, unit: 'us', from: bench },
  bytesPerRouteInListpack: { value: 65, unit: 'bytes', from: directory },
  bytesPerRouteInHashtable: { value: 107, unit: 'bytes', from: directory },
  redisCpuPerClaim: { value: 3.2, unit: 'us', from: directory },
  redisCpuPerLoneClaim: { value: 16, unit: 'us', from: directory },
  redisCpuPerConfirm: { value: 2.4, unit: 'us', from: directory },
  redisCpuPerSweptRoute: { value: 1, unit: 'us', from: directory },
  redisCpuPerLeaseRead: { value: 6.5, unit: 'us', from: directory },
  nodeCpuPerConfirm: { value: 3, unit: 'us', from: directory },
  cpuPerChoicePerNode: { value: 0.0042, unit: 'us', from: placement },
  memberRecord: { value: 260, unit: 'bytes', from: 'the znode of a push-server, JSON' },
  memberName: { value: 24, unit: 'bytes', from: 'its name in a list of children, with the length in front' },
  rowsPerSecondOfDatabase: { value: 20_000, unit: 'rows/s', from: 'the goal of docs/benchmarks.md' },
  recordsPerSecondOfPartition: {
    value: 20_000,
    unit: 'records/s',
    from: 'one consumer a partition, which writes to one database',
  },
} as const satisfies Record<string, Cost>;

export type CostName = keyof typeof costs;
