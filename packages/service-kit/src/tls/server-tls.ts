import { constants } from 'node:crypto';
import type { SecureContextOptions, Server, TlsOptions } from 'node:tls';
import type { CertificateMaterial } from './certificate-files.ts';
import type { Certificate } from './certificate.ts';
import { reasonOf } from './handshake-failures.ts';
import type { TlsSettings } from './tls-settings.ts';

/** From the accepted connection to the end of the handshake. */
const handshakeTimeoutMs = 5000;

/** TLS of one listener: 1.2 or newer, no renegotiation, and a deadline for the handshake. */
export class ServerTls {
  readonly certificate: Certificate;
  readonly clientCertificates: TlsSettings['clientCertificates'];
  /** Counts a connection that failed before it was made. */
  readonly failed: (reason: string) => void;

  constructor(
    certificate: Certificate,
    clientCertificates: TlsSettings['clientCertificates'],
    failed: (reason: string) => void,
  ) {
    this.certificate = certificate;
    this.clientCertificates = clientCertificates;
    this.failed = failed;
  }

  /** Of the connections. */
  get options(): Pick<TlsOptions, 'handshakeTimeout' | 'requestCert' | 'rejectUnauthorized'> {
    return {
      handshakeTimeout: handshakeTimeoutMs,
      requestCert: this.clientCertificates !== 'none',
      rejectUnauthorized: this.clientCertificates === 'required',
    };
  }

  /** What they have in common, until the certificate changes. */
  get contextOptions(): SecureContextOptions {
    return contextOf(this.certificate.material);
  }

  /** Call when the server is made of both options: from now on it takes new certificates, and what fails is counted and closed. */
  serve(server: Server): void {
    this.certificate.onChange((material) => server.setSecureContext(contextOf(material)));
    server.prependListener('tlsClientError', (error: NodeJS.ErrnoException, socket) => {
      // Node.js cuts the connection of a certificate that it does not accept.
      this.failed(isRefused(socket) ? 'client-certificate' : reasonOf(error));
      socket.destroy();
    });
    if (this.clientCertificates !== 'optional') return;
    server.prependListener('secureConnection', (socket) => {
      if (socket.authorized || socket.getPeerX509Certificate() === undefined) return;
      this.failed('client-certificate');
      socket.destroy();
    });
  }
}

/** The declared type leaves out that it is null while nothing is wrong. */
function isRefused({ authorizationError }: { authorizationError: Error | null }): boolean {
  return authorizationError !== null;
}

function contextOf(material: CertificateMaterial): SecureContextOptions {
  return {
    ...material,
    minVersion: 'TLSv1.2',
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    // Sessions are resumed among the connections of Longwire alone; OpenSSL wants it where certificates are asked for.
    sessionIdContext: 'longwire',
  };
}
