import { BlockList, isIP, type Server, type Socket } from 'node:net';
import type { Metrics } from '../metrics/metrics.ts';
import { networkOf } from '../net/network-of.ts';
import { fileDescriptorOf, openFilesLimit } from '../net/open-files.ts';

export interface HttpConnectionLimits {
  readonly maxConnections: number;
  /** From one IPv4 address, or the first 64 bits of an IPv6 address. */
  readonly maxConnectionsPerAddress: number;
}

interface Options {
  readonly metrics: Metrics;
  readonly connectionLimits?: HttpConnectionLimits;
  /** Addresses and networks that bring the requests of many: only the whole is bounded for them. */
  readonly trustedProxies?: readonly string[];
  /** File descriptors that HTTP leaves to backends and logs. */
  readonly reservedFiles?: number;
}

const defaultReservedFiles = 64;

/** Of a server over TCP, HTTPS too: closes at once, unheard, what is beyond the limits, or beyond the files that this process may open. */
export function limitConnections(server: Server, options: Options, maxOpenFiles = openFilesLimit()): void {
  const { metrics, trustedProxies = [], reservedFiles = defaultReservedFiles } = options;
  const { maxConnections = Infinity, maxConnectionsPerAddress = Infinity } = options.connectionLimits ?? {};
  const maxFileDescriptor = maxOpenFiles - Math.min(reservedFiles, maxOpenFiles / 4);
  // Where there are few files, one address gets a part of them alone.
  const maxPerAddress = Math.min(maxConnectionsPerAddress, maxFileDescriptor / 4);
  const isProxy = membershipOf(trustedProxies);
  const byNetwork = new Map<string, number>();
  let open = 0;
  metrics.gauge('longwire_http_connections', 'Open HTTP connections', [], (gauge) => gauge.set(open));
  const refused = metrics.counter(
    'longwire_http_connections_refused_total',
    'HTTP connections closed unheard: no files left for them, too many, or too many of one address',
    ['reason'],
  );

  const whatIsFull = (socket: Socket, sameNetwork: number): string | null => {
    if (fileDescriptorOf(socket) >= maxFileDescriptor) return 'openFiles';
    if (open >= maxConnections) return 'connections';
    return sameNetwork >= maxPerAddress ? 'connectionsPerAddress' : null;
  };

  server.on('connection', (socket: Socket) => {
    const { remoteAddress = '' } = socket;
    const network = isProxy(remoteAddress) ? null : networkOf(remoteAddress);
    const sameNetwork = network === null ? 0 : (byNetwork.get(network) ?? 0);
    const reason = whatIsFull(socket, sameNetwork);
    if (reason !== null) {
      refused.inc({ reason });
      socket.destroy();
      return;
    }
    open++;
    if (network !== null) byNetwork.set(network, sameNetwork + 1);
    socket.once('close', () => {
      open--;
      if (network === null) return;
      const left = byNetwork.get(network)! - 1;
      if (left > 0) byNetwork.set(network, left);
      else byNetwork.delete(network);
    });
  });
}

function membershipOf(networks: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return (address) => isIP(address) > 0 && list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}
