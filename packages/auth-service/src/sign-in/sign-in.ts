import { Problem, type Metrics } from '@longwire/service-kit';
import type { ClientAccounts } from '../clients/client-accounts.ts';
import type { FailedSignIns } from '../limits/failed-sign-ins.ts';
import type { RequestRates } from '../limits/request-rates.ts';
import { soonSeconds, tooManyRequests, type LimitedCounter } from '../limits/too-many-requests.ts';
import type { PushServerAddress, PushServers } from '../placement/push-servers.ts';
import type { ClientTokens } from './client-tokens.ts';
import type { TokenIssuer } from './token-issuer.ts';

export interface SignedIn {
  readonly token: string;
  readonly expiresAtMs: number;
  /** Where to connect, best first; at least one. */
  readonly pushServers: readonly [PushServerAddress, ...PushServerAddress[]];
}

export interface SignInParts {
  readonly accounts: ClientAccounts;
  readonly failures: FailedSignIns;
  /** Of each client, by its id. */
  readonly rates: RequestRates;
  readonly limited: LimitedCounter;
  readonly tokens: ClientTokens;
  readonly issuer: TokenIssuer;
  readonly nodes: PushServers;
  readonly metrics: Metrics;
}

/** Signs clients in: by their secret, or by a token that is still valid. */
export class SignIn {
  readonly #parts: SignInParts;
  readonly #measure: ReturnType<typeof measurement>;

  constructor(parts: SignInParts) {
    this.#parts = parts;
    this.#measure = measurement(parts.metrics);
  }

  /** Throws the same problem for an unknown client and for a wrong secret, and after some of them another: to wait. */
  withSecret(clientId: string, clientSecret: string, network: string): Promise<SignedIn> {
    const { failures, limited } = this.#parts;
    return this.#measure('secret', async () => {
      const waitMs = failures.begin(clientId, network, performance.now());
      if (waitMs > 0) {
        limited.inc({ reason: 'failures' });
        throw tooManyRequests('The secret was wrong too often; wait before the next attempt', waitMs / 1000);
      }
      if (!(await this.#isSecretOf(clientId, clientSecret, network)))
        throw new Problem('invalid-credentials', 'There is no client with this id and this secret');
      failures.succeeded(clientId, network);
      return this.#admit(clientId, Date.now());
    });
  }

  withToken(token: string): Promise<SignedIn> {
    return this.#measure('token', async () => {
      // Before the directory is asked: a revocation that comes after the answer refuses the new token, too.
      const issuedAtMs = Date.now();
      const { clientId } = await this.#parts.tokens.verify(token);
      return this.#admit(clientId, issuedAtMs);
    });
  }

  async #isSecretOf(clientId: string, clientSecret: string, network: string): Promise<boolean> {
    try {
      return await this.#parts.accounts.isSecretOf(clientId, clientSecret);
    } catch (error) {
      this.#parts.failures.abandoned(clientId, network);
      throw error;
    }
  }

  async #admit(clientId: string, issuedAtMs: number): Promise<SignedIn> {
    const { rates, limited, nodes, issuer } = this.#parts;
    const [best, ...others] = nodes.choose(clientId);
    if (!best) {
      throw new Problem('no-push-server', 'No push-server is active now; try again later', {
        headers: { 'retry-after': '2' },
      });
    }
    // Here, and not before: a stranger must not use up a client's share.
    if (!rates.take(clientId, performance.now())) {
      limited.inc({ reason: 'client' });
      throw tooManyRequests('The client signs in too often', soonSeconds());
    }
    const { token, expiresAtMs } = await issuer.issue(clientId, issuedAtMs);
    return { token, expiresAtMs, pushServers: [best, ...others] };
  }
}

/** Counts sign-ins by what became of them, `ok` or the code of the problem, and times them. */
function measurement(metrics: Metrics) {
  const labels = ['via', 'result'] as const;
  const total = metrics.counter('longwire_auth_sign_ins_total', 'Sign-ins by way and result', labels);
  const seconds = metrics.histogram('longwire_auth_sign_in_seconds', 'Time of a sign-in', ['via']);
  return async <T>(via: 'secret' | 'token', work: () => Promise<T>): Promise<T> => {
    const observe = seconds.startTimer({ via });
    let result = 'ok';
    try {
      return await work();
    } catch (error) {
      result = error instanceof Problem ? error.code : 'failed';
      throw error;
    } finally {
      observe();
      total.inc({ via, result });
    }
  };
}
