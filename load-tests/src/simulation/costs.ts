/** A figure that the plan is made of, and where it comes from, so that it can be renewed. */
interface Cost {
  readonly value: number;
  readonly unit: string;
  readonly from: string;
}

const load = (scenario: string): string => `\`npm run load -- ${scenario}\``;
const directory = '`npm run simulate -- directory`';
const placement = '`npm run simulate -- placement`';

/** What things cost on the machine of docs/benchmarks.md. CPU is user and system time of one core, of push-servers where nothing else is said. */
export const costs = {
  userMemoryPerConnection: { value: 2630, unit: 'bytes', from: load('million') },
  kernelMemoryPerConnection: {
    value: 5140,
    unit: 'bytes',
    from: `${load('million')}: half of what both ends of a connection take`,
  },
  memoryOfEmptyNode: { value: 80e6, unit: 'bytes', from: `${load('idle')}: one alone` },
  cpuToHoldForMinute: {
    value: 55,
    unit: 'us',
    from: `${load('idle')}: a heartbeat, the audit, and what else a connection asks for in a minute`,
  },
  cpuPerLogin: { value: 137, unit: 'us', from: load('storm') },
  cpuPerBroadcastRecipient: { value: 10, unit: 'us', from: load('broadcast') },
  cpuPerSend: {
    value: 53,
    unit: 'us',
    from: `${load('p2p --rate 20000')}: both nodes, where calls are shared`,
  },
  cpuPerPublish: { value: 28, unit: 'us', from: load('upstream') },
  bytesPerRouteInListpack: { value: 65, unit: 'bytes', from: directory },
  bytesPerRouteInHashtable: { value: 107, unit: 'bytes', from: directory },
  redisCpuPerClaim: { value: 3.2, unit: 'us', from: directory },
  redisCpuPerLoneClaim: { value: 16, unit: 'us', from: directory },
  redisCpuPerConfirm: { value: 2.4, unit: 'us', from: directory },
  redisCpuPerSweptRoute: { value: 1, unit: 'us', from: directory },
  redisCpuPerLeaseRead: { value: 6.5, unit: 'us', from: directory },
  cpuPerChoicePerNode: { value: 0.0042, unit: 'us', from: placement },
  memberRecord: { value: 260, unit: 'bytes', from: 'the znode of a push-server, JSON' },
  memberName: { value: 24, unit: 'bytes', from: 'its name in a list of children, with the length in front' },
  /** More were written, 23,400 a second, but rows fell behind: these stay a tenth of a second behind. */
  rowsPerSecondOfDatabase: {
    value: 20_000,
    unit: 'rows/s',
    from: load('upstream --rate 20000 --duration 60'),
  },
  recordsPerSecondOfPartition: {
    value: 20_000,
    unit: 'records/s',
    from: 'one consumer a partition, which writes to one database',
  },
} as const satisfies Record<string, Cost>;
