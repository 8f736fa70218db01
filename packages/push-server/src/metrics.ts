import type { NodeDeliveries, UpstreamLog } from '@longwire/cluster';
import type { Metrics } from '@longwire/service-kit';
import type { Counter, Histogram } from 'prom-client';
import { OutcomeTally } from './delivery/outcome-tally.ts';
import type { Admission } from './listener/admission.ts';
import type { ClaimWindow } from './listener/claim-window.ts';
import type { LoopDelay } from './listener/loop-delay.ts';
import type { Gateway } from './session/gateway.ts';
import type { RouteReleases } from './session/route-releases.ts';
import type { SessionRegistry } from './session/session-registry.ts';

export interface PushServerMetrics {
  readonly accepted: Counter;
  readonly refused: Counter<'reason'>;
  readonly forgottenLogins: Counter;
  readonly closed: Counter<'reason'>;
  readonly framesIn: Counter;
  readonly logins: Counter<'result'>;
  readonly loginSeconds: Histogram;
  readonly refreshes: Counter<'result'>;
  readonly publishes: Counter<'status'>;
  readonly sends: OutcomeTally;
  readonly redirected: Counter<'why'>;
  readonly deliveries: OutcomeTally;
  readonly unreachedReplaced: Counter;
  readonly lostReports: Counter;
  readonly lostReleases: Counter;
  readonly audited: Counter<'result'>;
  readonly fences: Counter<'reason'>;
  readonly unknownAcknowledgements: Counter;
}

export function createPushServerMetrics(metrics: Metrics): PushServerMetrics {
  return {
    accepted: metrics.counter('longwire_connections_accepted_total', 'Connections admitted'),
    refused: metrics.counter(
      'longwire_connections_refused_total',
      'Connections not admitted and closed as overloaded, by reason',
      ['reason'],
    ),
    forgottenLogins: metrics.counter(
      'longwire_login_counts_forgotten_total',
      'Clients whose recent logins had to be forgotten, because too many others logged in',
    ),
    closed: metrics.counter(
      'longwire_connections_closed_total',
      'Admitted connections that have ended, by reason; admitted less ended: those that are open',
      ['reason'],
    ),
    framesIn: metrics.counter('longwire_frames_received_total', 'Frames received'),
    logins: metrics.counter('longwire_logins_total', 'Logins, by result', ['result']),
    loginSeconds: metrics.histogram('longwire_login_seconds', 'From CONNECT to CONNECTED'),
    refreshes: metrics.counter(
      'longwire_token_refreshes_total',
      'Newer tokens for live connections, by result',
      ['result'],
    ),
    publishes: metrics.counter('longwire_publishes_total', 'PUBLISH frames answered, by status', ['status']),
    sends: tally(metrics, 'longwire_sends_total', 'SEND frames answered, by outcome'),
    redirected: metrics.counter('longwire_clients_redirected_total', 'Clients told to go to another node', [
      'why',
    ]),
    deliveries: tally(metrics, 'longwire_deliveries_total', 'Deliveries to clients of this node, by outcome'),
    unreachedReplaced: metrics.counter(
      'longwire_replaced_connections_unreached_total',
      'Replaced connections whose node could not be told to close them',
    ),
    lostReports: metrics.counter(
      'longwire_outcome_reports_lost_total',
      'Late outcomes that could not be reported to the node that asked',
    ),
    lostReleases: metrics.counter(
      'longwire_route_releases_lost_total',
      'Routes of ended sessions given up because too many wait for the directory',
    ),
    audited: metrics.counter(
      'longwire_routes_audited_total',
      'Live sessions that the directory was asked about, by what was found',
      ['result'],
    ),
    fences: metrics.counter(
      'longwire_fences_total',
      'Times this node closed all its clients and joined anew, by reason',
      ['reason'],
    ),
    unknownAcknowledgements: metrics.counter(
      'longwire_unknown_acknowledgements_total',
      'Acknowledged delivery ids that were not awaited from that client',
    ),
  };
}

function tally(metrics: Metrics, name: string, help: string): OutcomeTally {
  const outcomes = new OutcomeTally();
  metrics.counter(name, help, ['outcome'], (counter) => outcomes.moveTo(counter));
  return outcomes;
}

/** What is asked for at each scrape. */
export function observe(
  metrics: Metrics,
  {
    gateway,
    admission,
    loopDelay,
    claims,
    registry,
    releases,
    upstream,
    remote,
  }: {
    gateway: Gateway;
    admission: Admission;
    loopDelay: LoopDelay;
    claims: ClaimWindow;
    registry: SessionRegistry;
    releases: RouteReleases;
    upstream: UpstreamLog;
    remote: NodeDeliveries;
  },
): void {
  metrics.gauge('longwire_connections', 'Open sockets', [], (gauge) => gauge.set(gateway.connections));
  metrics.gauge('longwire_connections_unauthenticated', 'Connections that are not signed in', [], (gauge) =>
    gauge.set(admission.unauthenticated),
  );
  metrics.gauge(
    'longwire_connections_stalled',
    'Connections with bytes that wait to leave, or a frame that is not whole',
    [],
    (gauge) => gauge.set(gateway.stalls),
  );
  metrics.gauge(
    'longwire_event_loop_late_seconds',
    'How late the event loop is now: new clients are refused above push.maxEventLoopDelayMs',
    [],
    (gauge) => gauge.set(loopDelay.currentMs() / 1000),
  );
  metrics.gauge(
    'longwire_claims_waiting',
    'Logins that wait for the directory: fewer new clients are let in while they wait longer than push.maxClaimWaitMs',
    [],
    (gauge) => gauge.set(claims.waiting),
  );
  metrics.gauge('longwire_sessions', 'Clients signed in', [], (gauge) => gauge.set(registry.size));
  metrics.gauge(
    'longwire_route_releases_waiting',
    'Routes of ended sessions that wait for the directory',
    [],
    (gauge) => gauge.set(releases.waiting),
  );
  metrics.gauge(
    'longwire_upstream_queue_records',
    'Records waiting in front of the upstream log',
    [],
    (gauge) => gauge.set(upstream.queue().records),
  );
  metrics.gauge('longwire_upstream_queue_bytes', 'Bytes waiting in front of the upstream log', [], (gauge) =>
    gauge.set(upstream.queue().bytes),
  );
  metrics.gauge(
    'longwire_node_deliveries_waiting',
    'Deliveries to other nodes without an outcome yet',
    [],
    (gauge) => gauge.set(remote.waiting),
  );
}
