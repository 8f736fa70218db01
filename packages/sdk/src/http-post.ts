import { request as requestPlain, type IncomingMessage } from 'node:http';
import { request as requestTls } from 'node:https';
import type { TlsOptions } from './options.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly statusText: string;
  /** A header that came, or the empty string. */
  readonly header: (name: 'date' | 'retry-after') => string;
  readonly body: string;
}

const MAX_BODY_BYTES = 1_048_576;

/** One POST; a redirect is not followed. (`fetch` would do, but takes no certificates.) Rejects when no whole answer came. */
export async function post(
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  { ca, cert, key }: TlsOptions,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const isTls = new URL(url).protocol === 'https:';
  const options = {
    method: 'POST',
    headers: { ...headers, 'content-length': Buffer.byteLength(body) },
    signal,
  };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const request = isTls
      ? requestTls(url, { ...options, ca, cert, key, minVersion: 'TLSv1.2' }, resolve)
      : requestPlain(url, options, resolve);
    request.on('error', reject);
    request.end(body);
  });
  const { statusCode: status = 0, statusMessage: statusText = '' } = response;
  const text = await readText(response);
  if (status >= 300 && status < 400) throw new Error(`it redirects (${status})`);
  return { status, statusText, header: (name) => response.headers[name] ?? '', body: text };
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw new Error('the answer is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
