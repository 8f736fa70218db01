import { parseAddress } from './address.ts';
import { SignInFailed } from './errors.ts';

/** What a sign-in gives: a token, and the nodes to connect to, best first. */
export interface Grant {
  readonly token: string;
  readonly expiresAtMs: number;
  /** How long the token lives from now, by the clock of the auth-service: that of a device may be wrong. */
  readonly lifeMs: number;
  readonly addresses: readonly string[];
}

export interface Credentials {
  readonly authUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Asks the auth-service for a token and a node. Rejects with `SignInFailed` alone. */
export function signIn(
  { authUrl, clientId, clientSecret }: Credentials,
  timeoutMs: number,
  stop: AbortSignal,
): Promise<Grant> {
  const request = {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ clientId, clientSecret }),
  };
  return ask(authUrl, '/v1/tokens', request, timeoutMs, stop);
}

/** Asks for a newer token by one that is still valid. Rejects with `SignInFailed` alone. */
export function refreshToken(
  { authUrl, token }: { authUrl: string; token: string },
  timeoutMs: number,
  stop: AbortSignal,
): Promise<Grant> {
  return ask(
    authUrl,
    '/v1/tokens/refresh',
    { headers: { authorization: `Bearer ${token}` } },
    timeoutMs,
    stop,
  );
}

async function ask(
  authUrl: string,
  path: string,
  request: { headers: Record<string, string>; body?: string },
  timeoutMs: number,
  stop: AbortSignal,
): Promise<Grant> {
  const url = `${authUrl.replace(/\/+$/, '')}${path}`;
  const deadline = AbortSignal.timeout(timeoutMs);
  let response: Response;
  let body: unknown;
  try {
    response = await fetch(url, {
      method: 'POST',
      ...request,
      headers: { ...request.headers, accept: 'application/json, application/problem+json' },
      // The secret, or the token, goes to the configured address and nowhere else.
      redirect: 'error',
      signal: AbortSignal.any([deadline, stop]),
    });
    body = parseJson(await response.text());
  } catch (error) {
    const why = deadline.aborted ? `no answer within ${timeoutMs} ms` : networkReason(error);
    throw new SignInFailed(`cannot sign in at ${url}: ${why}`, { status: null });
  }
  if (!response.ok) throw refusal(response, body);
  const grant = readGrant(body, Date.parse(response.headers.get('date') ?? ''));
  if (grant === null)
    throw new SignInFailed(`what answers at ${url} is not a Longwire auth-service`, {
      status: response.status,
    });
  return grant;
}

function refusal(response: Response, body: unknown): SignInFailed {
  const problem = isRecord(body) ? body : {};
  const code = typeof problem.code === 'string' ? problem.code : null;
  const detail = [problem.detail, problem.title, code, response.statusText].find(
    (text): text is string => typeof text === 'string' && text !== '',
  );
  const { status } = response;
  const retryAfterSeconds = Number(response.headers.get('retry-after'));
  return new SignInFailed(`sign-in refused (${status}): ${detail}`, {
    status,
    code,
    retryAfterMs: Number.isFinite(retryAfterSeconds) ? Math.max(0, retryAfterSeconds * 1000) : 0,
    permanent: status < 500 && status !== 408 && status !== 429,
  });
}

/** `sentAtMs` is not a number when the answer does not say it. */
function readGrant(body: unknown, sentAtMs: number): Grant | null {
  if (!isRecord(body) || typeof body.token !== 'string' || typeof body.expiresAt !== 'string') return null;
  const expiresAtMs = Date.parse(body.expiresAt);
  const alternatives: unknown[] = Array.isArray(body.alternatives) ? body.alternatives : [];
  const addresses = [body.pushServer, ...alternatives]
    .map((node) => (isRecord(node) ? node.tcp : undefined))
    .filter((tcp): tcp is string => typeof tcp === 'string' && parseAddress(tcp) !== null);
  if (Number.isNaN(expiresAtMs) || addresses.length === 0) return null;
  const lifeMs = expiresAtMs - (Number.isNaN(sentAtMs) ? Date.now() : sentAtMs);
  return { token: body.token, expiresAtMs, lifeMs, addresses };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** fetch says "fetch failed" and keeps the reason in `cause`. */
function networkReason(error: unknown): string {
  const cause = (error as { cause?: { message?: string; code?: string } }).cause;
  return cause?.message || cause?.code || (error as Error).message;
}
