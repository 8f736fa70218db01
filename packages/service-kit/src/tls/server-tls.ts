import { constants } from 'node:crypto';
import type { Server, TlsOptions, TLSSocket } from 'node:tls';
import type { CertificateMaterial } from './certificate-files.ts';
import type { Certificate } from './certificate.ts';
import type { TlsSettings } from './tls-settings.ts';

/** From the accepted connection to the end of the handshake. */
const handshakeTimeoutMs = 5000;

/** TLS of one listener: 1.2 or newer, no renegotiation, and a deadline for the handshake. */
export class ServerTls {
  readonly #certificate: Certificate;
  readonly #clientCertificates: TlsSettings['clientCertificates'];
  readonly #onFailed: (reason: string) => void;

  constructor(
    certificate: Certificate,
    clientCertificates: TlsSettings['clientCertificates'],
    onFailed: (reason: string) => void,
  ) {
    this.#certificate = certificate;
    this.#clientCertificates = clientCertificates;
    this.#onFailed = onFailed;
  }

  /** For `tls.createServer` and `https.createServer`. */
  get options(): TlsOptions {
    return {
      ...contextOf(this.#certificate.material),
      handshakeTimeout: handshakeTimeoutMs,
      requestCert: this.#clientCertificates !== 'none',
      rejectUnauthorized: this.#clientCertificates === 'required',
    };
  }

  /** Call at once after the server is made with the options: it takes new certificates from now on, and what fails is counted and closed. */
  serve(server: Server): void {
    this.#certificate.onChange((material) => server.setSecureContext(contextOf(material)));
    server.prependListener('tlsClientError', (error: NodeJS.ErrnoException, socket) => {
      this.#onFailed(reasonOf(error, socket));
      socket.destroy();
    });
    if (this.#clientCertificates !== 'optional') return;
    server.prependListener('secureConnection', (socket) => {
      if (socket.authorized || socket.getPeerX509Certificate() === undefined) return;
      this.#onFailed('client-certificate');
      socket.destroy();
    });
  }
}

function contextOf(material: CertificateMaterial): TlsOptions {
  return { ...material, minVersion: 'TLSv1.2', secureOptions: constants.SSL_OP_NO_RENEGOTIATION };
}

/** What OpenSSL and Node.js say, in few words: each is a series of the counter. */
const reasons: readonly (readonly [RegExp, string])[] = [
  [/^ERR_TLS_HANDSHAKE_TIMEOUT$/, 'timeout'],
  [/^ERR_SSL_(HTTP_REQUEST|WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|RECORD_LAYER_FAILURE)$/, 'not-tls'],
  [/^ERR_SSL_(UNSUPPORTED_PROTOCOL|VERSION_TOO_LOW)$/, 'old-version'],
  [/^ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE$/, 'client-certificate'],
  [/_ALERT_/, 'refused-by-client'],
  [/^(ECONNRESET|EPIPE)$/, 'cut'],
];

function reasonOf({ code = '' }: NodeJS.ErrnoException, { authorizationError }: TLSSocket): string {
  // Node.js cuts the connection of a certificate that it does not accept.
  // oxlint-disable-next-line typescript/no-unnecessary-condition -- the type leaves out that it is null when all is well
  if (authorizationError !== null && authorizationError !== undefined) return 'client-certificate';
  return reasons.find(([pattern]) => pattern.test(code))?.[1] ?? 'other';
}
