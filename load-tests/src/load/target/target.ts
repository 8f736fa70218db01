import { request } from '../../lib/api.ts';

export type ProcessGroup = 'push-servers' | 'other services' | 'clients' | 'backends' | 'load tool';

export interface PushServer {
  readonly name: string;
  /** `host:port` for clients. */
  readonly tcp: string;
  /** Where /metrics is; null: not known. */
  readonly url: string | null;
  /** Null: it runs elsewhere, and its CPU and memory cannot be read. */
  readonly pid: number | null;
}

export interface ApiCall {
  readonly role: 'route' | 'admin';
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: object;
}

/** Asks with an API key. Throws what is answered but metrics: a wrong key would make every figure nothing. */
export async function readMetrics({ url }: PushServer, apiKey: string): Promise<string | null> {
  if (url === null) return null;
  const response = await request(url, apiKey, 'GET', '/metrics').catch(() => null);
  if (response === null) return null;
  const text = await response.text();
  if (!response.ok) throw new Error(`${url}/metrics: ${response.status} ${text}`);
  return text;
}

/** The cluster under load. */
export interface Target {
  readonly pushServers: readonly PushServer[];
  /** What is not as it comes, for the report: settings of push-servers, and how each backend is set up. */
  readonly settings: Readonly<Record<string, string>>;
  /** Null: the tables cannot be looked into. */
  readonly databaseUrl: string | null;
  mintToken(clientId: string): string;
  /** Calls the API of a push-route or an admin-platform. Throws what the answer says when it is not a success. */
  call<Answer>(call: ApiCall): Promise<Answer>;
  /** What a push-server tells at /metrics; null when it does not answer, or it is not known where to ask. */
  metricsOf(pushServer: PushServer): Promise<string | null>;
  /** Those that run on this machine, at this moment. */
  processes(): readonly { readonly group: ProcessGroup; readonly pid: number }[];
  /** Has the push-servers collect their garbage, where that is possible, so that memory can be counted without it. */
  collectGarbage(): Promise<void>;
  /** Rejects when a service ends that nobody has ended: what is measured from then on is another cluster. */
  readonly lost: Promise<never>;
  /** SIGKILL, no farewell. Throws for a cluster that was not started here. */
  kill(pushServer: PushServer): Promise<void>;
  stop(): Promise<void>;
}
