import type { Metrics } from '@longwire/service-kit';
import type { Counter, Histogram } from 'prom-client';

export interface PushServerMetrics {
  readonly accepted: Counter;
  readonly dropped: Counter;
  readonly closed: Counter<'reason'>;
  readonly framesIn: Counter;
  readonly logins: Counter<'result'>;
  readonly loginSeconds: Histogram;
  readonly refreshes: Counter<'result'>;
  readonly publishes: Counter<'status'>;
  readonly sends: Counter<'outcome'>;
  readonly redirected: Counter<'why'>;
  readonly deliveries: Counter<'outcome'>;
  readonly unreachedReplaced: Counter;
  readonly lostReports: Counter;
  readonly lostReleases: Counter;
  readonly audited: Counter<'result'>;
  readonly fences: Counter<'reason'>;
  readonly unknownAcknowledgements: Counter;
}

export function createPushServerMetrics(metrics: Metrics): PushServerMetrics {
  return {
    accepted: metrics.counter('longwire_connections_accepted_total', 'Sockets accepted'),
    dropped: metrics.counter(
      'longwire_connections_dropped_total',
      'Sockets dropped unheard, far above push.maxConnections',
    ),
    closed: metrics.counter('longwire_connections_closed_total', 'Connections ended, by reason', ['reason']),
    framesIn: metrics.counter('longwire_frames_received_total', 'Frames received'),
    logins: metrics.counter('longwire_logins_total', 'Logins, by result', ['result']),
    loginSeconds: metrics.histogram('longwire_login_seconds', 'From CONNECT to CONNECTED'),
    refreshes: metrics.counter(
      'longwire_token_refreshes_total',
      'Newer tokens for live connections, by result',
      ['result'],
    ),
    publishes: metrics.counter('longwire_publishes_total', 'PUBLISH frames answered, by status', ['status']),
    sends: metrics.counter('longwire_sends_total', 'SEND frames answered, by outcome', ['outcome']),
    redirected: metrics.counter('longwire_clients_redirected_total', 'Clients told to go to another node', [
      'why',
    ]),
    deliveries: metrics.counter(
      'longwire_deliveries_total',
      'Deliveries to clients of this node, by outcome',
      ['outcome'],
    ),
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
      'Live sessions that the directory was asked about, by what it said',
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
