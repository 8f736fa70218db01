import type { CloseName, Messages } from '@longwire/protocol';

/** What shall happen because of a frame. A channel decides it; the gateway does it. Nothing in it is a view of the bytes received. */
export type Effect =
  | { readonly do: 'write'; readonly frame: Uint8Array }
  | { readonly do: 'close'; readonly close: CloseName; readonly detail: string }
  /** The client has left by itself. */
  | { readonly do: 'leave' }
  | { readonly do: 'login'; readonly token: string; readonly agent: string; readonly version: number }
  | { readonly do: 'publish'; readonly message: Messages['publish']; readonly traceId: string | null }
  | { readonly do: 'send'; readonly message: Messages['send']; readonly traceId: string | null }
  | { readonly do: 'refresh'; readonly token: string }
  | { readonly do: 'acknowledge'; readonly deliveryIds: readonly number[] };
