import { describe, expect, it } from 'vitest';
import { createMetrics } from '../src/index.ts';

describe('createMetrics', () => {
  it('keeps a registry per service, so that two services may have the same metric', async () => {
    const [auth, push] = [createMetrics('auth'), createMetrics('push')];
    auth.counter('longwire_things_total', 'Things', ['kind']).inc({ kind: 'a' }, 2);
    push.counter('longwire_things_total', 'Things', ['kind']).inc({ kind: 'a' }, 3);
    expect(await auth.registry.metrics()).toContain('longwire_things_total{kind="a",service="auth"} 2');
    expect(await push.registry.metrics()).toContain('longwire_things_total{kind="a",service="push"} 3');
  });

  it('asks for a collected gauge at each scrape', async () => {
    const metrics = createMetrics('push');
    let sessions = 0;
    metrics.gauge('longwire_sessions', 'Sessions', [], (gauge) => gauge.set(++sessions));
    expect(await metrics.registry.metrics()).toContain('longwire_sessions{service="push"} 1');
    expect(await metrics.registry.metrics()).toContain('longwire_sessions{service="push"} 2');
  });

  it('has the figures of the process only where they were asked for', async () => {
    expect(await createMetrics('a').registry.metrics()).not.toContain('process_cpu');
    expect(await createMetrics('a', { processMetrics: true }).registry.metrics()).toContain(
      'process_cpu_seconds_total{service="a"}',
    );
  });

  it('has none that walks through everything that the process holds', async () => {
    const text = await createMetrics('a', { processMetrics: true }).registry.metrics();
    expect(text).not.toMatch(/open_fds|nodejs_active/);
  });
});
