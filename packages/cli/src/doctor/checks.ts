import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { TokenKeys } from '@longwire/service-kit';
import { pino } from 'pino';
import { listeningPorts, type DevConfig } from '../dev/dev-config.ts';
import type { Finding } from './finding.ts';

const silent = pino({ level: 'silent' });
const httpDeadlineMs = 2000;

/** Each port that a role wants is free, or Longwire has it already. */
export async function checkPorts(config: DevConfig): Promise<Finding[]> {
  const ports = listeningPorts(config).filter(({ port }) => port !== 0);
  const isRunning = await isLongwire(config.push.http);
  return Promise.all(
    ports.map(async ({ key, env, ...at }): Promise<Finding> => {
      const { host, port } = at;
      const check = `port ${port} (${key})`;
      const problem = await tryPort(host, port);
      if (problem === null) return { check, state: 'ok', detail: 'free' };
      if (problem !== 'EADDRINUSE') return { check, state: 'failed', detail: `${host}:${port}: ${problem}` };
      const asked = key === 'push.port' ? config.push.http : at;
      if (asked.tls.clientCertificates === 'required')
        return {
          check,
          state: 'note',
          detail: 'in use; by whom is not asked: it wants a client certificate',
        };
      const ours = key === 'push.port' ? isRunning : await isLongwire(at);
      return ours
        ? { check, state: 'ok', detail: 'in use by Longwire' }
        : { check, state: 'failed', detail: `in use by something else; set ${env} to another port` };
    }),
  );
}

type Listening = Pick<DevConfig['push']['http'], 'host' | 'port' | 'tls'>;

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

function tryPort(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen(port, host, () => server.close(() => resolve(null)));
  });
}

async function isLongwire({ host, port, tls }: Listening): Promise<boolean> {
  const url = `${tls.certFile === '' ? 'http' : 'https'}://${host}:${port}`;
  try {
    const response = await fetch(`${url}/openapi.json`, { signal: AbortSignal.timeout(httpDeadlineMs) });
    const { info } = (await response.json()) as { info?: { title?: string } };
    return info?.title?.startsWith('Longwire') ?? false;
  } catch {
    return false;
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
