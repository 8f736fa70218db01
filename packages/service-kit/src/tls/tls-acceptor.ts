import type { Socket } from 'node:net';
import { createSecureContext, TLSSocket, type SecureContext } from 'node:tls';
import { reasonOf } from './handshake-failures.ts';
import type { ServerTls } from './server-tls.ts';

/**
 * TLS on sockets that somebody else accepted. `tls.Server` hands a socket out when its handshake is done; this answers at once with
 * one whose writes wait for that, so that a connection is counted, bounded and closed by one rule from its first moment on.
 *
 * A `TLSSocket` without a server tells of itself by the events `secure` and `_tlsError`, and leaves it to them to close it.
 */
export class TlsAcceptor {
  readonly #tls: ServerTls;
  readonly #listeners: HandshakeListeners;
  #context: SecureContext;

  constructor(tls: ServerTls) {
    this.#tls = tls;
    this.#listeners = listenersOf(tls);
    this.#context = createSecureContext(tls.contextOptions);
    tls.certificate.onChange(() => (this.#context = createSecureContext(tls.contextOptions)));
  }

  /** A handshake that fails closes the socket. */
  accept(socket: Socket): TLSSocket {
    const options = { isServer: true, secureContext: this.#context, ...this.#tls.options };
    const secured = new TLSSocket(socket, options);
    for (const [event, listener] of this.#listeners) secured.on(event, listener);
    return secured;
  }
}

type HandshakeListeners = readonly (readonly [
  string,
  (this: TLSSocket, error: NodeJS.ErrnoException) => void,
])[];

/** The same functions for every socket: nothing is allocated per connection but itself. */
function listenersOf({ clientCertificates, failed }: ServerTls): HandshakeListeners {
  function onSecure(this: TLSSocket): void {
    for (const [event, listener] of listeners) this.off(event, listener);
    this.on('_tlsError', onLaterError);
    if (isAccepted(this, clientCertificates)) return;
    failed('client-certificate');
    this.destroy();
  }
  function onError(this: TLSSocket, error: NodeJS.ErrnoException): void {
    this.off('close', onCut);
    failed(reasonOf(error));
    this.destroy();
  }
  function onCut(): void {
    failed('cut');
  }
  const listeners: HandshakeListeners = [
    ['secure', onSecure],
    ['_tlsError', onError],
    ['close', onCut],
  ];
  return listeners;
}

/** The connection is made; bytes came that are not of TLS, or the other side has given up. */
function onLaterError(this: TLSSocket): void {
  this.destroy();
}

function isAccepted(socket: TLSSocket, wanted: ServerTls['clientCertificates']): boolean {
  if (wanted === 'none') return true;
  if (socket.getPeerX509Certificate() === undefined) return wanted === 'optional';
  // What `tls.Server` asks to set `authorized`.
  const handle = Reflect.get(socket, '_handle') as { verifyError(): Error | null | undefined };
  return (handle.verifyError() ?? null) === null;
}
