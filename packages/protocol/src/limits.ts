/** The versions of the protocol that this package speaks. */
export const PROTOCOL_VERSION_MIN = 1;
export const PROTOCOL_VERSION_MAX = 1;

/** Largest payload (extension and body) of a frame before the client is signed in, in bytes. */
export const MAX_LOGIN_FRAME_BYTES = 4096;

/** Largest payload of a frame afterwards, unless CONNECTED says otherwise, in bytes. */
export const MAX_FRAME_BYTES = 65_536;

const clientIdPattern = /^[A-Za-z0-9._:@-]{1,128}$/;
const messageIdPattern = /^[A-Za-z0-9._:@-]{1,64}$/;
const kindPattern = /^[A-Za-z0-9._-]{1,64}$/;

/** 1 to 128 of `A-Z a-z 0-9 . _ : @ -`. */
export function isClientId(value: string): boolean {
  return clientIdPattern.test(value);
}

/** 1 to 64 of `A-Z a-z 0-9 . _ : @ -`. */
export function isMessageId(value: string): boolean {
  return messageIdPattern.test(value);
}

/** 1 to 64 of `A-Z a-z 0-9 . _ -`. */
export function isKind(value: string): boolean {
  return kindPattern.test(value);
}
