/** Where a push-server listens. Addresses within the SDK say how it is spoken to: `host:port` plain, `tls://host:port` over TLS. */
export interface Address {
  readonly host: string;
  readonly port: number;
  readonly isTls: boolean;
}

const tlsScheme = 'tls://';

/** An address of the protocol (`host:port`, an IPv6 host in brackets) as one of the SDK; null when it is none. */
export function addressOf(hostAndPort: unknown, isTls: boolean): string | null {
  if (typeof hostAndPort !== 'string' || parseHostAndPort(hostAndPort) === null) return null;
  return isTls ? tlsScheme + hostAndPort : hostAndPort;
}

/** Reads what `addressOf` made; null when it is not that. */
export function parseAddress(address: string): Address | null {
  const isTls = address.startsWith(tlsScheme);
  const read = parseHostAndPort(isTls ? address.slice(tlsScheme.length) : address);
  return read === null ? null : { ...read, isTls };
}

function parseHostAndPort(text: string): { host: string; port: number } | null {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(text);
  if (match === null) return null;
  const port = Number(match[3]);
  return port >= 1 && port <= 65_535 ? { host: match[1] ?? match[2]!, port } : null;
}
