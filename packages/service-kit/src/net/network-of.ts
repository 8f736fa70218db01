import { isIP, isIPv4, SocketAddress } from 'node:net';

/**
 * Who is behind an address, as far as it can be told: an IPv4 address itself (also when it is written as IPv6), the first 64 bits of
 * an IPv6 address, for one host has all that begin with them. However it is written: a proxy may add a port, and zeros. What is no
 * address is `unknown`, all of it together.
 */
export function networkOf(address: string): string {
  if (isIPv4(address)) return address;
  const host = withoutPort(address);
  const version = isIP(host);
  if (version === 4) return host;
  if (version === 0) return 'unknown';
  // As the system writes it: short, in lower case, without zeros in front.
  const { address: text } = new SocketAddress({ address: host.split('%')[0]!, family: 'ipv6' });
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (mapped !== null) return mapped[1]!;
  const [head = '', tail] = text.split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const groups = [...first, ...Array<string>(Math.max(0, 8 - first.length - last.length)).fill('0'), ...last];
  return `${groups.slice(0, 4).join(':')}::/64`;
}

/** `203.0.113.7:5555` and `[2001:db8::1]:5555` as some proxies write them. */
function withoutPort(address: string): string {
  return /^\[([^\]]+)\](?::\d+)?$/.exec(address)?.[1] ?? /^([\d.]+):\d+$/.exec(address)?.[1] ?? address;
}
