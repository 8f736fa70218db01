import { Type, type Static } from 'typebox';
import type { ConfigProblem } from '../config/config-error.ts';

const file = (description: string) => Type.String({ default: '', description });

/** TLS of a listener. Without a certificate it speaks plain; with one it speaks TLS alone. */
export const tlsSettings = Type.Object({
  certFile: file(
    'PEM: the certificate and what its issuer chain needs; empty: no TLS; read again when it changes',
  ),
  keyFile: file('PEM: the private key of the certificate, without a passphrase'),
  clientCaFile: file('PEM: who signs the certificates of those that connect'),
  clientCertificates: Type.Enum(['none', 'optional', 'required'], {
    default: 'none',
    description: 'what those that connect show; optional: none, or a valid one',
  }),
});

/** TLS of the calls that a node makes to other nodes. */
export const clusterTlsSettings = Type.Object({
  caFile: file('PEM: who signs the certificates of the nodes; empty: whom Node.js trusts'),
  certFile: file('PEM: the certificate that this node shows to others; empty: none'),
  keyFile: file('PEM: the private key of that certificate'),
});

export type TlsSettings = Static<typeof tlsSettings>;
export type ClusterTlsSettings = Static<typeof clusterTlsSettings>;

type Problem = Pick<ConfigProblem, 'key' | 'allowed'>;

/** What no single setting of TLS can tell, for every `tls` section of a configuration. */
export function tlsProblems(config: object, path: readonly string[] = []): Problem[] {
  return Object.entries(config).flatMap(([name, section]: [string, unknown]) => {
    if (typeof section !== 'object' || section === null) return [];
    const here = [...path, name];
    return name === 'tls'
      ? sectionProblems(here.join('.'), section as TlsSettings | ClusterTlsSettings)
      : tlsProblems(section, here);
  });
}

function sectionProblems(key: string, tls: TlsSettings | ClusterTlsSettings): Problem[] {
  const problems: Problem[] = [];
  const need = (setting: string, allowed: string) => problems.push({ key: `${key}.${setting}`, allowed });
  if (tls.certFile !== '' && tls.keyFile === '') need('keyFile', `the private key of ${key}.certFile`);
  if (tls.certFile === '' && tls.keyFile !== '') need('certFile', `the certificate of ${key}.keyFile`);
  if (!('clientCertificates' in tls)) return problems;

  const asks = tls.clientCertificates !== 'none';
  if (asks && tls.certFile === '')
    need('certFile', `a certificate, because ${key}.clientCertificates is ${tls.clientCertificates}`);
  if (asks && tls.clientCaFile === '')
    need('clientCaFile', `a file, because ${key}.clientCertificates is ${tls.clientCertificates}`);
  if (!asks && tls.clientCaFile !== '')
    need('clientCertificates', `optional or required, because ${key}.clientCaFile is set`);
  return problems;
}
