import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { realBackend, type BackendKind } from '../../test-support/backends.ts';
import { repository } from '../src/lib/cluster.ts';
import type { DemoReport } from '../src/demo/report.ts';

const needed: readonly BackendKind[] = ['redis', 'zookeeper', 'kafka', 'database'];
const DEADLINE_MS = 280_000;

/** The demo starts backends of its own; where those of the tests could not be had, neither can these. */
describe.skipIf(needed.some((kind) => realBackend(kind) === null))('the whole cluster', () => {
  test(
    'keeps its word while a push-server is killed under traffic',
    async () => {
      const script = join(repository, 'load-tests/src/demo/main.ts');
      const flags = ['--clients', '30', '--seconds', '15', '--json'];
      // On failure the error holds what the demo printed.
      const { stdout } = await promisify(execFile)(
        process.execPath,
        ['--conditions=longwire-source', script, ...flags],
        { timeout: DEADLINE_MS, maxBuffer: 16 * 1024 * 1024 },
      );
      const report = JSON.parse(stdout) as DemoReport & { ok: boolean; failures: string[] };
      expect(report.failures).toEqual([]);
      expect(report.traffic.upstream.acknowledged).toBeGreaterThan(100);
      expect(report.traffic.clientToClient.acknowledged).toBeGreaterThan(100);
      expect(report.killed.clients).toBeGreaterThan(0);
    },
    DEADLINE_MS + 20_000,
  );
});
