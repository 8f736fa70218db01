import { describe, expect, it } from 'vitest';
import { clientIds, Storm } from './storm.ts';

describe.concurrent('after a storm of lost calls, late claims, lost writes and revocations', () => {
  it.each([1, 2, 3])(
    'each client has at most one session, which has the route, and no other route is left (seed %i)',
    { timeout: 90_000 },
    async (seed) => {
      const storm = new Storm(seed);
      try {
        await storm.start();
        await storm.run();
        const survivors = await storm.settled();
        await storm.anotherRound();
        expect(await storm.settled()).toEqual(survivors);
        expect(storm.logins).toBeGreaterThan(clientIds.length);
        for (const result of ['restored', 'stale', 'revoked', 'failed'])
          expect(await storm.found(result), result).toBeGreaterThan(0);
      } finally {
        await storm.stop();
      }
    },
  );
});
