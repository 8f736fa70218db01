import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { openDirectory, openMembership, openStore, openUpstreamLog } from '@longwire/cluster';
import { describeError, TokenKeys, withDeadline } from '@longwire/service-kit';
import { pino } from 'pino';
import { listeningPorts, type DevConfig } from '../dev/dev-config.ts';

export interface Finding {
  readonly check: string;
  readonly state: 'ok' | 'warning' | 'failed';
  readonly detail: string;
}

const silent = pino({ level: 'silent' });
const backendDeadlineMs = 8000;
const httpDeadlineMs = 2000;
/** Tokens are let pass that are this far ahead; leases and times of messages suffer earlier. */
const clockToleranceMs = 2000;

/** Each port that a role wants is free, or Longwire has it already. */
export async function checkPorts(config: DevConfig): Promise<Finding[]> {
  const ports = listeningPorts(config).filter(({ port }) => port !== 0);
  const isRunning = await isLongwire(`http://${config.push.http.host}:${config.push.http.port}`);
  return Promise.all(
    ports.map(async ({ key, env, host, port }): Promise<Finding> => {
      const check = `port ${port} (${key})`;
      const problem = await tryPort(host, port);
      if (problem === null) return { check, state: 'ok', detail: 'free' };
      if (problem !== 'EADDRINUSE') return { check, state: 'failed', detail: `${host}:${port}: ${problem}` };
      const ours = key === 'push.port' ? isRunning : await isLongwire(`http://${host}:${port}`);
      return ours
        ? { check, state: 'ok', detail: 'in use by Longwire' }
        : { check, state: 'failed', detail: `in use by something else; set ${env} to another port` };
    }),
  );
}

/** A push-server needs one open file for each connection. */
export async function checkFileLimit({ push }: DevConfig): Promise<Finding> {
  const check = 'open files';
  const limit = await openFileLimit();
  if (limit === null) return { check, state: 'warning', detail: 'the limit cannot be read on this system' };
  const wanted = push.maxConnections + 500;
  return limit >= wanted
    ? { check, state: 'ok', detail: `${limit} for each process` }
    : {
        check,
        state: 'warning',
        detail: `${limit} for each process; push.maxConnections ${push.maxConnections} wants ${wanted} (ulimit -n)`,
      };
}

/** Every backend that has an address answers. */
export function checkBackends({ redis, zookeeper, kafka, database }: DevConfig): Promise<Finding[]> {
  const logger = silent;
  return Promise.all([
    checkBackend('redis', redis.url, async () => openDirectory({ settings: redis, logger })),
    checkBackend('zookeeper', zookeeper.servers, () => openMembership({ settings: zookeeper, logger })),
    checkBackend('kafka', kafka.brokers, () =>
      openUpstreamLog({ settings: kafka, logger, clientId: 'longwire-doctor' }),
    ),
    checkBackend('database', database.url.startsWith('mysql:') ? database.url : '', () =>
      openStore({ settings: database, logger }),
    ),
  ]);
}

async function checkBackend(
  check: string,
  address: string,
  open: () => Promise<{ ping?(): Promise<void>; close(): Promise<void> }>,
): Promise<Finding> {
  if (address === '')
    return { check, state: 'ok', detail: 'none configured: embedded, for `longwire dev` alone' };
  const startedAtMs = performance.now();
  try {
    const opening = open();
    // One that comes too late is not left open.
    const backend = await withDeadline(opening, backendDeadlineMs, check).catch((error: unknown) => {
      opening.then((late) => late.close()).catch(() => {});
      throw error;
    });
    try {
      if (backend.ping !== undefined) await withDeadline(backend.ping(), backendDeadlineMs, check);
    } finally {
      await backend.close();
    }
    return { check, state: 'ok', detail: `answers in ${Math.round(performance.now() - startedAtMs)} ms` };
  } catch (error) {
    return { check, state: 'failed', detail: describeError(error).message };
  }
}

/** The token keys can be read. */
export async function checkTokenKeys({ tokens }: DevConfig): Promise<Finding> {
  const check = 'token keys';
  try {
    const keys = await TokenKeys.open(tokens.keysFile, silent);
    keys.close();
    return { check, state: 'ok', detail: `${tokens.keysFile}: ${keys.signing.kid} signs` };
  } catch {
    return {
      check,
      state: 'warning',
      detail: `${tokens.keysFile} cannot be used; \`longwire dev\` makes it, or \`longwire keys new\``,
    };
  }
}

/** This machine's clock and the cluster's agree, as far as the cluster can be asked. */
export async function checkClock(authUrl: string): Promise<Finding> {
  const check = 'clock';
  const date = await dateOf(authUrl);
  if (date === null) return { check, state: 'warning', detail: `not compared: no answer from ${authUrl}` };
  // The header has whole seconds.
  const aheadMs = Math.max(0, Math.abs(Date.now() - date - 500) - 500);
  return aheadMs <= clockToleranceMs
    ? { check, state: 'ok', detail: 'agrees with the cluster' }
    : { check, state: 'failed', detail: `${Math.round(aheadMs / 1000)} s away from ${authUrl}` };
}

function tryPort(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen(port, host, () => server.close(() => resolve(null)));
  });
}

async function isLongwire(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/openapi.json`, { signal: AbortSignal.timeout(httpDeadlineMs) });
    const { info } = (await response.json()) as { info?: { title?: string } };
    return info?.title?.startsWith('Longwire') ?? false;
  } catch {
    return false;
  }
}

async function dateOf(url: string): Promise<number | null> {
  try {
    const response = await fetch(`${url}/livez`, { signal: AbortSignal.timeout(httpDeadlineMs) });
    await response.arrayBuffer();
    const date = Date.parse(response.headers.get('date') ?? '');
    return Number.isNaN(date) ? null : date;
  } catch {
    return null;
  }
}

async function openFileLimit(): Promise<number | null> {
  try {
    const limits = await readFile('/proc/self/limits', 'utf8');
    const soft = /^Max open files\s+(\d+|unlimited)/m.exec(limits)?.[1];
    if (soft === undefined) return null;
    return soft === 'unlimited' ? Infinity : Number(soft);
  } catch {
    return null;
  }
}
