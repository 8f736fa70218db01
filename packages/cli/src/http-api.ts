import { Mistake } from './mistake.ts';

const defaultDeadlineMs = 20_000;

/** What a Longwire API answers when it refuses; see docs/errors.md. */
interface ProblemBody {
  readonly title?: string;
  readonly detail?: string;
  readonly code?: string;
  readonly errors?: readonly { readonly path: string; readonly given?: string; readonly allowed: string }[];
}

/** The API refused a call. The message is for people. */
export class ApiRefused extends Mistake {
  readonly status: number;

  constructor(status: number, body: ProblemBody) {
    const said = body.detail || body.title || `HTTP status ${status}`;
    const errors = (body.errors ?? []).map(({ path, given, allowed }) => {
      const what = given === undefined ? '' : `given ${given}, `;
      return `; ${path}: ${what}allowed: ${allowed}`;
    });
    const hint = status === 401 ? '; the key comes from `npm start` here, or LONGWIRE_CLI_API_KEY' : '';
    super(`${said}${errors.join('')}${hint} (${body.code ?? status})`, 1, body.code ?? 'refused');
    this.status = status;
  }
}

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

interface CallOptions {
  readonly body?: object;
  readonly deadlineMs?: number;
}

/** Calls of one HTTP API of the cluster, with the key that is at hand. */
export class HttpApi {
  readonly url: string;
  readonly #apiKey: string | null;

  constructor(url: string, apiKey: string | null) {
    this.url = url.replace(/\/+$/, '');
    this.#apiKey = apiKey;
  }

  get<Answer>(path: string, deadlineMs = defaultDeadlineMs): Promise<Answer> {
    return this.#call('GET', path, { deadlineMs });
  }

  post<Answer>(path: string, body?: object): Promise<Answer> {
    return this.#call('POST', path, body === undefined ? {} : { body });
  }

  put<Answer>(path: string, body: object): Promise<Answer> {
    return this.#call('PUT', path, { body });
  }

  delete<Answer>(path: string): Promise<Answer> {
    return this.#call('DELETE', path);
  }

  /** Rejects with a `Mistake` when nothing answers at the address. */
  async checkReachable(): Promise<void> {
    await this.#fetch('GET', '/livez');
  }

  async #call<Answer>(method: Method, path: string, options: CallOptions = {}): Promise<Answer> {
    const { response, text } = await this.#fetch(method, path, options);
    const value = response.status === 204 ? {} : parse(text);
    if (!response.ok) throw new ApiRefused(response.status, (value ?? {}) as ProblemBody);
    if (value === null)
      throw new Mistake(`what answers at ${this.url} is not a Longwire API`, 1, 'not-longwire');
    return value as Answer;
  }

  async #fetch(
    method: Method,
    path: string,
    { body, deadlineMs = defaultDeadlineMs }: CallOptions = {},
  ): Promise<{ response: Response; text: string }> {
    const signal = AbortSignal.timeout(deadlineMs);
    try {
      const response = await fetch(this.url + path, {
        method,
        headers: {
          ...(this.#apiKey !== null && { authorization: `Bearer ${this.#apiKey}` }),
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        redirect: 'error',
        signal,
      });
      return { response, text: await response.text() };
    } catch {
      throw new Mistake(
        signal.aborted
          ? `${this.url} did not answer within ${deadlineMs / 1000} s`
          : `cannot reach ${this.url}: is \`npm start\` running?`,
        1,
        'unreachable',
      );
    }
  }
}

/** Null unless it is a JSON object. */
function parse(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}
