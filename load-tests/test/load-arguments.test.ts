import { describe, expect, test } from 'vitest';
import { readArguments, usage } from '../src/load/arguments.ts';
import { scenarios } from '../src/load/scenarios/index.ts';
import { GivenCluster } from '../src/load/target/given-cluster.ts';

describe('arguments', () => {
  test('what is left out is the scenario’s own', () => {
    const request = readArguments(['p2p', '--rate', '50']);
    expect(request).toMatchObject({
      kind: 'run',
      scenario: { name: 'p2p' },
      options: { connections: 38_000, nodes: 2, ratePerSecond: 50, durationSeconds: 20, cluster: null },
    });
  });

  test('there are as many nodes as the connections need, and one more where one is lost', () => {
    const nodesOf = (...args: string[]) => {
      const request = readArguments(args);
      return request.kind === 'run' ? request.options.nodes : NaN;
    };
    expect(nodesOf('idle', '--connections', '19000')).toBe(1);
    expect(nodesOf('idle', '--connections', '19001')).toBe(2);
    expect(nodesOf('million')).toBe(53);
    expect(nodesOf('million', '--connections', '300')).toBe(3);
  });

  test.each([
    [[], 'no scenario was given; allowed: floor,'],
    [['flor'], 'there is no scenario flor; allowed: floor,'],
    [['idle', 'storm'], 'one scenario at a time: given idle and storm'],
    [['idle', '--connections', 'many'], '--connections: given many; allowed: a whole number from 1 to'],
    [['idle', '--rate', '0'], '--rate: given 0; allowed: a whole number from 1 to'],
    [['idle', '--nodes', '1', '--connections', '20000'], '--nodes: given 1; allowed: at least 2 for 20000'],
    [
      ['idle', '--nodes', '5', '--connections', '3'],
      '--connections: given 3; allowed: at least one for each',
    ],
    [['p2p', '--nodes', '1'], 'p2p needs 2 push-servers at least, and there is 1'],
    [['idle', '--cluster', 'a:1', '--nodes', '2'], '--nodes: a cluster that runs already has its own'],
    [['million', '--cluster', 'a:1'], '--cluster: million kills a push-server'],
    [['idle', '--speed', '3'], "Unknown option '--speed'"],
  ])('%j is told what is wrong', (args, message) => {
    expect(() => readArguments(args)).toThrow(message);
  });

  test('a cluster that runs already is not measured by the nodes that the scenario would start', () => {
    const request = readArguments(['targeted', '--cluster', 'a:1', '--connections', '5']);
    expect(request).toMatchObject({ options: { connections: 5, cluster: 'a:1' } });
  });

  test('help names every scenario', () => {
    expect(readArguments(['--help'])).toEqual({ kind: 'help' });
    for (const { name, what } of scenarios) expect(usage()).toContain(`${name.padEnd(11)}${what}`);
  });
});

describe('a cluster that runs already', () => {
  const env = { LONGWIRE_CLI_API_KEY: 'key' };

  test.each([
    [['a'], [], env, '--cluster: given a; allowed: a file, or host:port,… of push-servers'],
    [['a:1'], ['route'], env, 'this scenario needs routeUrl in the file, or LONGWIRE_LOAD_ROUTE_URL'],
    [['a:1', 'b:2'], ['admin'], env, 'this scenario needs adminUrl in the file, or LONGWIRE_CLI_ADMIN_URL'],
    [['a:1'], [], {}, 'needs LONGWIRE_CLI_API_KEY'],
    [['a:1'], [], env, 'needs LONGWIRE_TOKENS_KEYS_FILE'],
  ] as const)('%j for %j with %j is told what is missing', (addresses, services, given, message) => {
    expect(() => new GivenCluster(addresses.join(','), services, given)).toThrow(message);
  });
});
