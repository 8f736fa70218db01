import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Registers a client and answers with its secret. The key that may do so is in LONGWIRE_CLI_API_KEY, or where `npm start` has left it.
 * A real device is registered once, by whoever makes it, and keeps its secret: it never sees an operator's key.
 */
export async function register(authUrl: string, clientId: string): Promise<string> {
  const response = await fetch(new URL('/v1/clients', authUrl), {
    method: 'POST',
    headers: { authorization: `Bearer ${await operatorKey()}`, 'content-type': 'application/json' },
    body: JSON.stringify({ clientId }),
    signal: AbortSignal.timeout(10_000),
  });
  if (!response.ok) throw new Error(`cannot register ${clientId}: ${await response.text()}`);
  const { clientSecret } = (await response.json()) as { clientSecret: string };
  return clientSecret;
}

async function operatorKey(): Promise<string> {
  const given = process.env['LONGWIRE_CLI_API_KEY'];
  if (given) return given;
  const file = join(import.meta.dirname, '../.longwire/dev.json');
  const text = await readFile(file, 'utf8').catch(() => {
    throw new Error('no operator key: start a cluster with npm start, or set LONGWIRE_CLI_API_KEY');
  });
  return (JSON.parse(text) as { apiKey: string }).apiKey;
}
