import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { waitFor } from '../../../test-support/backends.ts';
import { callApi, TestClient, TestCluster, type TestServer } from './harness.ts';
import { DirectoryLink, MembershipLink, UpstreamLink } from './links.ts';

let cluster: TestCluster;
let directory: DirectoryLink;
let upstream: UpstreamLink;
beforeEach(async () => {
  [directory, upstream] = [new DirectoryLink(), new UpstreamLink()];
  cluster = await TestCluster.create({ directory: directory.directory, upstream: upstream.log });
});
afterEach(() => {
  directory.state = 'up';
  return cluster.stop();
});

const memberIds = (server: TestServer) =>
  server.membership.members('push-server').map(({ nodeId }) => nodeId);

describe('/readyz', () => {
  it('says which backend is away, while /livez stays well', async () => {
    const server = await cluster.start('push-1');
    const failing = async () => {
      const answer = await callApi(server, '/readyz');
      const body = (await answer.json()) as { checks: Record<string, string> };
      expect(answer.status).toBe(Object.values(body.checks).includes('failed') ? 503 : 200);
      return Object.keys(body.checks)
        .filter((name) => body.checks[name] === 'failed')
        .join();
    };
    expect(await failing()).toBe('');
    upstream.isCut = true;
    await waitFor(async () => (await failing()) === 'upstream');
    directory.state = 'cut';
    await waitFor(async () => (await failing()) === 'directory,upstream');
    expect((await callApi(server, '/livez')).status).toBe(200);
    upstream.isCut = false;
    directory.state = 'up';
    await waitFor(async () => (await failing()) === '');
    await server.membership.close();
    await waitFor(async () => (await failing()) === 'membership');
  });
});

describe('an orderly stop', () => {
  it('leaves the list first, sends the clients elsewhere, and takes its routes and lease with it', async () => {
    const [one, two] = [await cluster.start('push-1'), await cluster.start('push-2')];
    const [alice, bob] = [await cluster.login(one, 'alice'), await cluster.login(two, 'bob')];
    const stopping = one.stop();
    expect(await alice.closed()).toMatchObject({ name: 'goElsewhere' });
    expect(memberIds(two)).toEqual(['push-2']);
    await stopping;
    expect(await cluster.directory.lookup(['alice', 'bob'])).toEqual([null, expect.anything()]);
    expect((await cluster.directory.leases()).map(({ nodeId }) => nodeId)).toEqual(['push-2']);
    expect((await cluster.directory.knownBoots()).map(({ nodeId }) => nodeId)).toEqual(['push-2']);
    await expect(cluster.open(one)).rejects.toThrow('ECONNREFUSED');
    await expect(callApi(one, '/livez')).rejects.toThrow();
    await bob.pong();
    // Twice does no harm.
    await one.stop();
  });

  it('works without the directory, whose routes are left to the sweep', async () => {
    const server = await cluster.start('push-1');
    const alice = await cluster.login(server, 'alice');
    directory.state = 'cut';
    await server.stop();
    expect((await alice.closed()).name).toBe('serverStopping');
    directory.state = 'up';
    expect(await cluster.directory.knownBoots()).toHaveLength(1);
  });

  it('waits only so long for a directory that is slow to give its routes back', async () => {
    const server = await cluster.start('push-1');
    directory.sweeps.close();
    await server.stop();
    expect(directory.sweeps.held).toBe(1);
    // The sweeper of another node finds it.
    expect(await cluster.directory.knownBoots()).toHaveLength(1);
    directory.sweeps.open();
  });

  it('waits only so long for a membership that does not take it out of the list', async () => {
    const link = new MembershipLink(cluster.embedded);
    const server = await cluster.start('push-1', {}, { membership: link.membership });
    const alice = await cluster.login(server, 'alice');
    link.removals.close();
    await server.stop();
    expect(link.removals.held).toBe(1);
    expect((await alice.closed()).name).toBe('serverStopping');
    link.removals.open();
    await waitFor(() => memberIds(server).length === 0);
  });

  it('leaves nothing that keeps the process alive, whatever clients do', async () => {
    const fixture = join(import.meta.dirname, 'fixtures/stop-and-end.ts');
    const child = spawn(process.execPath, ['--conditions=longwire-source', fixture], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    try {
      const code = await waitFor(() => child.exitCode ?? child.signalCode);
      expect(output).toBe('stopped serverStopping serverStopping\n');
      expect(code).toBe(0);
    } finally {
      child.kill('SIGKILL');
    }
  });

  it('is safe after a start that failed', async () => {
    const port = new URL(`tcp://${(await cluster.start('push-1')).addresses.tcp}`).port;
    const second = await cluster.compose('push-2', { port });
    await expect(second.start()).rejects.toThrow('EADDRINUSE');
    await second.stop();
    expect(memberIds(second)).toEqual(['push-1']);
  });
});

describe('a start that waits for the membership', () => {
  it('is leased before it is a member, and signs nobody in until it is', async () => {
    const link = new MembershipLink(cluster.embedded);
    link.registrations.close();
    const server = await cluster.compose('push-1', {}, { membership: link.membership });
    const starting = server.start();
    await waitFor(() => link.registrations.held === 1);
    // A boot that is known, neither leased nor a member, would be swept and forgotten by another node.
    const [boots, leases] = [await cluster.directory.knownBoots(), await cluster.directory.leases()];
    expect(leases.map(({ nodeId, boot }) => ({ nodeId, boot }))).toEqual(boots);
    const early = await cluster.connect(server, 'alice');
    expect((await early.closed()).name).toBe('goElsewhere');
    expect(await cluster.directory.count()).toBe(0);
    link.registrations.open();
    await starting;
    await cluster.login(server, 'alice');
  });

  it('leaves no member behind when it is stopped meanwhile', async () => {
    const link = new MembershipLink(cluster.embedded);
    link.registrations.close();
    const server = await cluster.compose('push-1', {}, { membership: link.membership });
    const starting = server.start();
    await waitFor(() => link.registrations.held === 1);
    await server.stop();
    link.registrations.open();
    await starting;
    expect(memberIds(server)).toEqual([]);
  });

  it('is not announced again when it is stopped while it is announced', async () => {
    const server = await cluster.compose('push-1');
    directory.announcements.close();
    const starting = server.start();
    await waitFor(() => directory.announcements.held === 1);
    const stopping = server.stop();
    // The last that is told: then nothing is left but the announcement.
    await waitFor(() =>
      cluster.open(server).then(
        () => false,
        () => true,
      ),
    );
    await Promise.race([stopping, delay(500)]);
    directory.announcements.open();
    await Promise.all([starting, stopping]);
    expect(await cluster.directory.knownBoots()).toEqual([]);
    expect(await cluster.directory.leases()).toEqual([]);
    expect(cluster.log.join('')).not.toContain('push-server ready');
  });

  it('opens nothing that its stop would have closed', async () => {
    const server = await cluster.compose('push-1');
    const starting = server.start();
    await Promise.all([server.stop(), starting]);
    await expect(cluster.open(server)).rejects.toThrow('ECONNREFUSED');
    await expect(callApi(server, '/livez')).rejects.toThrow();
    expect([await cluster.directory.knownBoots(), memberIds(server)]).toEqual([[], []]);
  });
});

it('goes on when the process may open no more files', async () => {
  const serve = join(import.meta.dirname, 'fixtures/serve.ts');
  const command = 'ulimit -n 60 && exec "$0" --conditions=longwire-source "$1"';
  const child = spawn('sh', ['-c', command, process.execPath, serve], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  try {
    await waitFor(() => output.includes('\n'));
    const [address, token] = output.split('\n')[0]!.split(' ');
    const clients = await Promise.all(Array.from({ length: 100 }, () => TestClient.open(address!)));
    await waitFor(() => clients.some((client) => client.isClosed));
    // Refreshing the lease needs no file.
    output = '';
    await waitFor(() => output.startsWith('leased\nleased\n'));
    const served = clients.find((client) => !client.isClosed)!;
    served.send('connect', { versionMin: 1, versionMax: 1, token: token! });
    await served.next('connected');
    for (const client of clients) client.socket.destroy();
  } finally {
    child.kill('SIGTERM');
    await waitFor(() => child.exitCode ?? child.signalCode).catch(() => child.kill('SIGKILL'));
  }
});
