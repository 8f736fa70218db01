import type { buildConnector } from 'undici';
import { buildConnector as build } from './undici-parts.ts';

/** PEM texts, as node:tls takes them. */
export interface NodeTlsMaterial {
  /** Who signs the certificates of nodes; without it those whom Node.js trusts. */
  readonly ca?: string;
  /** What this node shows where it is asked. */
  readonly cert?: string;
  readonly key?: string;
}

/** TLS of calls to other nodes: what is valid now, and word of changes. */
export interface NodeTls {
  readonly material: NodeTlsMaterial;
  onChange(listener: (material: NodeTlsMaterial) => void): void;
}

/**
 * How undici connects to a node, over TLS where its URL says https. New connections take changed certificates; those that exist
 * go on. The deadline holds for connection and handshake together.
 */
export function nodeConnector(tls: NodeTls | null, timeoutMs: number): buildConnector.connector {
  const connectWith = (material: NodeTlsMaterial): buildConnector.connector =>
    build({ ...material, minVersion: 'TLSv1.2', timeout: timeoutMs, allowH2: false });
  let connect = connectWith(tls?.material ?? {});
  tls?.onChange((material) => (connect = connectWith(material)));
  return (options, callback) => connect(options, callback);
}
