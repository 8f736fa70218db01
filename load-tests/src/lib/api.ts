export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

const CALL_DEADLINE_MS = 30_000;

/** Calls an HTTP API with an API key, and answers with whatever comes. `url` has no slash at its end. */
export async function request(
  url: string,
  apiKey: string,
  method: Method,
  path: string,
  body?: object,
): Promise<Response> {
  return fetch(url + path, {
    method,
    headers: {
      authorization: `Bearer ${apiKey}`,
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(CALL_DEADLINE_MS),
  });
}

/** Reads the answer; null where it is empty. Throws what it says, and `what` was called, when it is not a success. */
export async function answerOf<Answer>(response: Response, what: string): Promise<Answer> {
  const text = await response.text();
  if (!response.ok) throw new Error(`${what}: ${response.status} ${text}`);
  return (text === '' ? null : JSON.parse(text)) as Answer;
}
