import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { hasProgram } from '../../test-support/programs.ts';
import { readArguments, usage } from '../peers/arguments.ts';
import { peers } from '../peers/contenders/index.ts';
import { figures, Score, type FigureName } from '../peers/figures.ts';
import { connectAll, scenarios } from '../peers/scenarios.ts';
import { Side } from '../peers/side.ts';
import { tableOf } from '../peers/table.ts';

const CONNECTIONS = 50;
const FIRST_PORT = 18_350;
const sizes = { heartbeatSeconds: 2, ratePerSecond: 100, durationSeconds: 1, turns: 1 };
const quiet = (): void => undefined;
const INSTALL_DEADLINE_MS = 600_000;
/** Where nothing may be skipped, as in CI, what is missing is installed as the command does it. */
const isRequired = process.env['LONGWIRE_REQUIRE_BACKENDS'] === '1';

describe.skipIf(!hasProgram('cc'))('servers that Longwire is compared with', () => {
  let folder: string;
  beforeAll(async () => {
    if (isRequired) for (const peer of peers) if (peer.missing() !== null) await peer.install();
  }, INSTALL_DEADLINE_MS);
  beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'longwire-peers-'))));
  afterEach(() => rm(folder, { recursive: true }));

  it.for(peers.map((peer, index) => [peer.name, peer, FIRST_PORT + 2 * index] as const))(
    '%s holds clients, tells all of them something and brings what they send to each other',
    async ([, peer, port], { skip }) => {
      const missing = peer.missing();
      skip(missing !== null, missing ?? '');
      const contender = await peer.start({ folder, port, ...sizes });
      let side: Side | null = null;
      try {
        expect(contender.version).toMatch(/^\d+\.\d+\.\d+$/);
        side = await Side.create(contender, CONNECTIONS, folder, quiet);
        await connectAll(side, sizes, quiet);
        for (const run of Object.values(scenarios)) await run([side], sizes, quiet);
        expect(side.problems).toEqual([]);
        const { connected, pongs } = await side.fleet.until((stats) => stats.pongs >= CONNECTIONS, 30_000);
        expect(pongs).toBeGreaterThanOrEqual(CONNECTIONS);
        expect(connected).toBe(CONNECTIONS);
        const measured = Object.keys(figures).filter((name) => side!.score.of(name as FigureName) !== null);
        const unanswered = Object.keys(figures).filter((name) => !name.startsWith('answer'));
        expect(measured).toEqual(contender.protocol === 'mqtt' ? Object.keys(figures) : unanswered);
        expect(side.score.of('serverMemory')).toBeGreaterThan(1);
        expect(side.score.of('arrivalP50')).toBeGreaterThan(0);
      } finally {
        await side?.fleet.stop();
        await contender.stop();
      }
    },
  );

  it('a client that has left is a problem', async ({ skip }) => {
    const ws = peers.find(({ name }) => name === 'ws')!;
    const missing = ws.missing();
    skip(missing !== null, missing ?? '');
    const contender = await ws.start({ folder, port: FIRST_PORT + 40, ...sizes });
    const side = await Side.create(contender, CONNECTIONS, folder, quiet);
    try {
      await side.fleet.connect();
      await side.fleet.tell('cut', { share: 0.5 });
      const { connected } = await side.fleet.stats();
      await side.tellEveryone(100);
      await side.arrived('a message', connected);
      expect(side.problems).toEqual([
        `ws: a message: ${connected} of ${CONNECTIONS} are connected; closed: `,
      ]);
    } finally {
      await side.fleet.stop();
      await contender.stop();
    }
  });
});

describe('the table', () => {
  it('says where a peer wins', () => {
    const column = (name: string, holding: number, turns: number[]) => {
      const score = new Score();
      score.note('holding', holding);
      for (const value of turns) score.note('message', value);
      return { contender: { name, version: '1.0.0', remarks: '' }, score };
    };
    const table = tableOf([column('Longwire', 20, [9, 1, 5]), column('a', 10, [50]), column('b', 19.5, [])]);
    expect(table.split('\n')).toEqual([
      '|  | Longwire 1.0.0 | a 1.0.0 | b 1.0.0 |',
      '| --- | ---: | ---: | ---: |',
      `| ${figures.holding.what}, us | 20.0 | **10.0 (0.50×) wins** | 19.5 (0.97×) |`,
      `| ${figures.message.what}, us | 5.00 | 50.0 (10.0×) | – |`,
    ]);
  });
});

describe('the command line', () => {
  it('names all peers in its help', () => {
    for (const { name } of peers) expect(usage()).toContain(name);
  });

  it('takes all, or some', () => {
    expect(readArguments(['all'])).toMatchObject({ peers, connections: 19_000 });
    const some = readArguments(['ws', 'mosquitto', '--scenario', 'p2p,idle', '--rate', '50']);
    expect(some?.peers.map(({ name }) => name)).toEqual(['mosquitto', 'ws']);
    expect(some).toMatchObject({ scenarios: ['idle', 'p2p'], ratePerSecond: 50 });
    expect(readArguments(['--help'])).toBeNull();
  });

  it.each([
    [[], 'no peer was given; allowed: all'],
    [['nginx'], 'there is no peer nginx; allowed: all'],
    [['all', '--scenario', 'soak'], '--scenario: given soak; allowed: some of idle,broadcast,p2p'],
    [
      ['all', '--connections', '20000'],
      '--connections: given 20000; allowed: a whole number from 2 to 19000',
    ],
    [['all', '--turns', 'many'], '--turns: given many'],
  ])('says what is wrong with %j', (args, problem) => {
    expect(() => readArguments(args)).toThrow(problem);
  });
});
