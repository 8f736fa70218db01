/**
 * A part of `npm run simulate`: what a route, a claim, an audit and a sweep cost in a real Redis, by the real scripts. Takes its parameters as JSON in
 * the first argument and prints a list of `DirectoryFigures`, one for each density, as one line of JSON.
 *
 * It starts a Redis of its own and ends it, so that memory and CPU time are those of this work alone.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { Value } from 'typebox/value';
import { freePort, waitFor } from '../../../test-support/helpers.ts';
import { redisSettings } from '../src/config.ts';
import { RedisDirectory, type NodeLease, type Route } from '../src/directory/index.ts';

export interface DirectoryParameters {
  readonly routes: number;
  /** Routes in a bucket: what decides how Redis stores them. */
  readonly routesPerBucket: readonly number[];
}

/** CPU times are Redis's own, in microseconds. */
export interface DirectoryFigures {
  readonly redisVersion: string;
  readonly routes: number;
  readonly buckets: number;
  readonly routesPerBucket: number;
  readonly bytesPerRoute: number;
  readonly cpuPerClaim: number;
  /** A claim in a call of its own, with nothing else in what Redis reads: as most are in a Redis Cluster with many nodes. */
  readonly cpuPerLoneClaim: number;
  readonly cpuPerConfirm: number;
  readonly cpuPerLookup: number;
  /** Of the process that claims, with all calls of a turn in one, and with a call each. */
  readonly clientCpuPerClaim: number;
  readonly clientCpuPerLoneClaim: number;
  /** Of a count of all routes, for each bucket. */
  readonly cpuPerCountedBucket: number;
  /** Of a sweep that looks through all routes, for each of them. */
  readonly cpuPerSweptRoute: number;
  /** Of a reading of all leases, for each of them, and of the process that reads. */
  readonly cpuPerLease: number;
  readonly clientCpuPerLease: number;
}

const BOOT = 'a1b2c3d4e5f60718';
const CLIENT_LIFE_MS = 3_600_000;
const NODES = 2000;
const LEASE_READINGS = 10;
const LEASE_TTL_MS = 600_000;
const AT_ONCE = 10_000;
const START_DEADLINE_MS = 10_000;

class Server {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #admin: Redis;
  readonly url: string;

  private constructor(port: number) {
    this.#folder = mkdtempSync(join(tmpdir(), 'longwire-simulation-'));
    this.url = `redis://127.0.0.1:${port}`;
    const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', this.#folder, '--save', ''];
    this.#child = spawn('redis-server', [...args, '--appendonly', 'no'], { stdio: 'ignore' });
    process.on('exit', () => this.#child.kill('SIGKILL'));
    this.#child.on('error', (error) => {
      console.error(`cannot start redis-server (Debian package redis-server): ${error.message}`);
      process.exit(1);
    });
    this.#admin = new Redis(this.url, { lazyConnect: false });
    this.#admin.on('error', () => undefined); // until it listens
  }

  static async start(): Promise<Server> {
    const server = new Server(await freePort());
    await waitFor(async () => (await server.#admin.ping()) === 'PONG', START_DEADLINE_MS);
    return server;
  }

  async info(field: string): Promise<string> {
    const text = await this.#admin.info();
    return new RegExp(`^${field}:(.*)\\r?$`, 'm').exec(text)?.[1]?.trim() ?? '';
  }

  async memoryBytes(): Promise<number> {
    return Number(await this.info('used_memory'));
  }

  async cpuSeconds(): Promise<number> {
    return Number(await this.info('used_cpu_user')) + Number(await this.info('used_cpu_sys'));
  }

  async flush(): Promise<void> {
    await this.#admin.flushall('SYNC');
  }

  async stop(): Promise<void> {
    this.#admin.disconnect();
    this.#child.kill('SIGTERM');
    if (this.#child.exitCode === null) await once(this.#child, 'exit');
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function routeOf(index: number): Route {
  return {
    nodeId: `push-${index % NODES}`,
    boot: BOOT,
    conn: index + 1,
    transport: 'tcp',
    sinceMs: 1_800_000_000_000 + index,
  };
}

function leaseOf(index: number): NodeLease {
  return {
    nodeId: `push-${index}`,
    boot: BOOT,
    sessions: 50_000,
    memoryBytes: 500_000_000,
    eventLoopDelayMs: 3,
    updatedAtMs: Date.now(),
    apiUrl: `http://10.0.${index >> 8}.${index & 255}:7401`,
    loadFactor: 1,
  };
}

function idOf(index: number): string {
  return `device-${index}`;
}

/** Does something for each number up to `count`, so many at once that turns of the event loop are full. */
async function inTurns(count: number, work: (index: number) => Promise<unknown>): Promise<void> {
  for (let start = 0; start < count; start += AT_ONCE) {
    const length = Math.min(AT_ONCE, count - start);
    await Promise.all(Array.from({ length }, (_, offset) => work(start + offset)));
  }
}

/** One after the other: Redis reads each from the socket by itself, as it does when they come from many nodes. */
async function oneByOne(count: number, work: (index: number) => Promise<unknown>): Promise<void> {
  for (let index = 0; index < count; index++) await work(index);
}

async function measure(server: Server, routes: number, routesPerBucket: number): Promise<DirectoryFigures> {
  await server.flush();
  const buckets = Math.max(1, Math.round(routes / routesPerBucket));
  const settings = { ...Value.Create(redisSettings), url: server.url, buckets, commandTimeoutMs: 60_000 };
  const directory = new RedisDirectory({ settings, logger: pino({ level: 'silent' }) });
  const issuedAtMs = Date.now() - CLIENT_LIFE_MS;
  /** CPU microseconds of Redis and of this process for each of `count`. */
  const cost = async (
    count: number,
    work: () => Promise<unknown>,
  ): Promise<{ redis: number; own: number }> => {
    const [redisBefore, ownBefore] = [await server.cpuSeconds(), process.cpuUsage()];
    await work();
    const own = process.cpuUsage(ownBefore);
    const redis = (await server.cpuSeconds()) - redisBefore;
    return { redis: (redis * 1e6) / count, own: (own.user + own.system) / count };
  };
  try {
    await directory.ping();
    // So that the scripts and the connection are no part of a route.
    await directory.claim('first', routeOf(0), issuedAtMs);
    const claim = (index: number): Promise<unknown> =>
      directory.claim(idOf(index), routeOf(index), issuedAtMs);
    const emptyBytes = await server.memoryBytes();
    const claims = await cost(routes, () => inTurns(routes, claim));
    const bytesPerRoute = ((await server.memoryBytes()) - emptyBytes) / routes;
    const some = Math.min(routes, Math.max(1000, Math.round(routes / 10)));
    const few = Math.ceil(some / 3);
    const loneClaims = await cost(few, () => oneByOne(few, claim));
    const confirms = await cost(some, () =>
      inTurns(some, (index) => directory.confirm(idOf(index), routeOf(index), issuedAtMs)),
    );
    const ids = Array.from({ length: some }, (_, index) => idOf(index));
    const lookups = await cost(some, () => directory.lookup(ids));
    const rounds = Math.ceil(100_000 / buckets);
    const counts = await cost(buckets * rounds, async () => {
      for (let round = 0; round < rounds; round++) await directory.count();
    });
    await inTurns(NODES, (index) => directory.refreshLease(leaseOf(index), LEASE_TTL_MS));
    const leases = await cost(NODES * LEASE_READINGS, async () => {
      for (let reading = 0; reading < LEASE_READINGS; reading++) await directory.leases();
    });
    const { nodeId, boot } = routeOf(1);
    const sweeps = await cost(routes, () => directory.sweep(nodeId, boot));
    return {
      redisVersion: await server.info('redis_version'),
      routes,
      buckets,
      routesPerBucket,
      bytesPerRoute,
      cpuPerClaim: claims.redis,
      cpuPerLoneClaim: loneClaims.redis,
      cpuPerConfirm: confirms.redis,
      cpuPerLookup: lookups.redis,
      clientCpuPerClaim: claims.own,
      clientCpuPerLoneClaim: loneClaims.own,
      cpuPerCountedBucket: counts.redis,
      cpuPerSweptRoute: sweeps.redis,
      cpuPerLease: leases.redis,
      clientCpuPerLease: leases.own,
    };
  } finally {
    await directory.close();
  }
}

const { routes, routesPerBucket } = JSON.parse(process.argv[2]!) as DirectoryParameters;
process.on('SIGTERM', () => process.exit(1));
const server = await Server.start();
try {
  const figures: DirectoryFigures[] = [];
  for (const density of routesPerBucket) figures.push(await measure(server, routes, density));
  console.log(JSON.stringify(figures));
} finally {
  await server.stop();
}
