import { performance } from 'node:perf_hooks';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { register, startAuthService, type RunningAuthService } from './support.ts';

let auth: RunningAuthService;
beforeAll(async () => {
  // One client stands for many.
  const env = {
    LONGWIRE_AUTH_CLIENT_SIGN_INS_PER_SECOND: '1000000',
    LONGWIRE_AUTH_CLIENT_SIGN_IN_BURST: '1000000',
    LONGWIRE_AUTH_FREE_FAILURES: '1000',
  };
  auth = await startAuthService({ env });
  for (let index = 0; index < 20; index++) await auth.addPushServer(`push-${index}`);
});
afterAll(() => auth.stop());

it('prints what a sign-in costs, HTTP client in the same process included', async () => {
  const clientSecret = await register(auth, 'device-1');
  const signIns = async (count: number) => {
    for (let done = 0; done < count; done += 20) {
      const batch = Array.from({ length: 20 }, () =>
        auth.post('/v1/tokens', { clientId: 'device-1', clientSecret }),
      );
      for (const { status } of await Promise.all(batch)) expect(status).toBe(200);
    }
  };
  await signIns(400);
  const [count, startedMs, startedCpu] = [1000, performance.now(), process.cpuUsage()];
  await signIns(count);
  const { user, system } = process.cpuUsage(startedCpu);
  const cpuMicros = Math.round((user + system) / count);
  const perSecond = Math.round((count * 1000) / (performance.now() - startedMs));
  console.log(`sign-in: ${cpuMicros} us of CPU with its HTTP client, ${perSecond} a second`);
});
