import { addressOf } from './address.ts';
import { SignInFailed } from './errors.ts';
import { post, type HttpAnswer } from './http-post.ts';
import type { TlsOptions } from './options.ts';

/** What a sign-in gives: a token, and the nodes to connect to, best first. */
export interface Grant {
  readonly token: string;
  readonly expiresAtMs: number;
  /** How long the token lives from now, by the clock of the auth-service: that of a device may be wrong. */
  readonly lifeMs: number;
  readonly addresses: readonly string[];
}

/** Which auth-service, and how its certificate is judged. */
export interface AuthService {
  readonly authUrl: string;
  readonly tls: TlsOptions;
}

export interface Credentials extends AuthService {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Asks the auth-service for a token and a node. Rejects with `SignInFailed` alone. */
export function signIn(
  { clientId, clientSecret, ...auth }: Credentials,
  timeoutMs: number,
  stop: AbortSignal,
): Promise<Grant> {
  const request = {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ clientId, clientSecret }),
  };
  return ask(auth, '/v1/tokens', request, timeoutMs, stop);
}

/** Asks for a newer token by one that is still valid. Rejects with `SignInFailed` alone. */
export function refreshToken(
  { token, ...auth }: AuthService & { token: string },
  timeoutMs: number,
  stop: AbortSignal,
): Promise<Grant> {
  return ask(auth, '/v1/tokens/refresh', { headers: { authorization: `Bearer ${token}` } }, timeoutMs, stop);
}

async function ask(
  { authUrl, tls }: AuthService,
  path: string,
  request: { headers: Record<string, string>; body?: string },
  timeoutMs: number,
  stop: AbortSignal,
): Promise<Grant> {
  const url = `${authUrl.replace(/\/+$/, '')}${path}`;
  const deadline = AbortSignal.timeout(timeoutMs);
  let answer: HttpAnswer;
  try {
    const headers = { ...request.headers, accept: 'application/json, application/problem+json' };
    answer = await post(url, headers, request.body ?? '', tls, AbortSignal.any([deadline, stop]));
  } catch (error) {
    const why = deadline.aborted ? `no answer within ${timeoutMs} ms` : networkReason(error);
    throw new SignInFailed(`cannot sign in at ${url}: ${why}`, { status: null });
  }
  const body = parseJson(answer.body);
  if (answer.status < 200 || answer.status > 299) throw refusal(answer, body);
  const grant = readGrant(body, Date.parse(answer.header('date')));
  if (grant === null)
    throw new SignInFailed(`what answers at ${url} is not a Longwire auth-service`, {
      status: answer.status,
    });
  return grant;
}

function refusal(answer: HttpAnswer, body: unknown): SignInFailed {
  const problem = isRecord(body) ? body : {};
  const code = typeof problem.code === 'string' ? problem.code : null;
  const detail = [problem.detail, problem.title, code, answer.statusText].find(
    (text): text is string => typeof text === 'string' && text !== '',
  );
  const { status } = answer;
  const retryAfterSeconds = Number(answer.header('retry-after'));
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
    .map((node) => (isRecord(node) ? (addressOf(node.tls, true) ?? addressOf(node.tcp, false)) : null))
    .filter((address) => address !== null);
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

function networkReason(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException;
  return message || code || 'no answer';
}
