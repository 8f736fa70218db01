import type { WaveFigures, WaveParameters } from '../../../packages/push-server/test/reconnect-wave.ts';
import type { SimulationOptions } from './options.ts';
import { runPart } from './part.ts';
import { rounded, textTable } from './text-table.ts';

const DEADLINE_MS = 600_000;
/** A slice of a cluster, before the loss: what counts is how many clients there are for each node. */
const defaults = { clients: 450_000, nodes: 9 } as const;
const PART_LEFT = 2 / 3;

/** Longwire as it comes: docs/configuration.md and the SDK's options. */
export const asItComes = {
  loss: 'refused',
  acceptsPerSecond: 2000,
  heartbeatIntervalMs: 60_000,
  backoffBaseMs: 500,
  backoffMaxMs: 30_000,
  loginTimeoutMs: 10_000,
  sessionTimeoutMs: 10_000,
  alternativesInOtherZones: false,
  claimsPerSecondPerNode: null,
  signInsPerSecondPerNode: null,
  maxClaimWaitMs: 1000,
} as const;

type Settings = Omit<WaveParameters, 'name' | 'seed' | 'nodesLeft' | 'clientsPerNode'>;

const waves: Readonly<Record<string, Partial<Settings>>> = {
  'processes die': {},
  'machines go silent': { loss: 'silent' },
  'silent, heartbeat 240 s': { loss: 'silent', heartbeatIntervalMs: 240_000 },
  'die, alternatives in other zones': { alternativesInOtherZones: true },
  'silent, alternatives in other zones': { loss: 'silent', alternativesInOtherZones: true },
  '500 accepts/s': { acceptsPerSecond: 500 },
  '200 accepts/s': { acceptsPerSecond: 200 },
  'backoff from 5 s to 60 s': { backoffBaseMs: 5000, backoffMaxMs: 60_000 },
  'directory takes 500 claims/s a node': { claimsPerSecondPerNode: 500 },
  'the same, nobody refused while claims wait': { claimsPerSecondPerNode: 500, maxClaimWaitMs: null },
  'the same, 500 accepts/s instead': {
    ...{ claimsPerSecondPerNode: 500, maxClaimWaitMs: null },
    acceptsPerSecond: 500,
  },
  'directory takes 100 claims/s a node': { claimsPerSecondPerNode: 100 },
  'auth-services take 50 sign-ins/s a node': { signInsPerSecondPerNode: 50 },
};

export async function showWave({ clients, nodes, seed }: SimulationOptions): Promise<unknown> {
  const nodeCount = nodes ?? defaults.nodes;
  const clientsPerNode = Math.ceil((clients ?? defaults.clients) / nodeCount);
  const parameters: WaveParameters[] = Object.entries(waves).map(([name, change]) => ({
    ...{ ...asItComes, ...change },
    ...{ name, seed, nodesLeft: Math.max(1, Math.round(nodeCount * PART_LEFT)), clientsPerNode },
  }));
  const figures = await runPart<WaveFigures[]>('wave', parameters, DEADLINE_MS);
  console.log(
    `\nA zone is lost: ${rounded(figures[0]!.lost)} clients of ${rounded(nodeCount)} nodes with ${rounded(clientsPerNode)} each come back; seed ${seed}\n`,
  );
  console.log(
    textTable([
      [
        'wave',
        'half back, s',
        '99 %, s',
        'all, s',
        'most accepts/s of a node',
        'attempts/s of a node',
        'claims/s a node',
        'sign-ins/s a node',
        'attempts each',
        'sign-ins each',
        'claims too late',
      ],
      ...figures.map((each) => [
        each.name,
        rounded(each.half),
        rounded(each.ninetyNinePercent),
        rounded(each.all),
        rounded(each.peakAcceptsPerNode),
        rounded(each.peakAttemptsPerNode),
        rounded(each.peakClaimsPerNode),
        rounded(each.peakSignInsPerNode),
        rounded(each.attemptsEach),
        rounded(each.signInsEach),
        rounded(each.failedClaims),
      ]),
    ]),
  );
  return figures;
}
