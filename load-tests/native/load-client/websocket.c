#include "websocket.h"

#include <stdio.h>
#include <string.h>

#include "events.h"
#include "protocol.h"
#include "random.h"

enum {
  TEXT_FRAME = 1,
  BINARY_FRAME = 2,
  CLOSE_FRAME = 8,
  PING_FRAME = 9,
  PONG_FRAME = 10,
};
#define FINAL 0x80
#define MASKED 0x80
#define OPCODE_BITS 0xf
#define SHORT_LENGTH 125
#define LENGTH_IN_2_BYTES 126
#define LENGTH_IN_8_BYTES 127
#define MAX_PAYLOAD_BYTES (256 * 1024)
#define MAX_ANSWER_BYTES 8192
#define NORMAL_CLOSURE 1000
/* The key of the example in section 1.3, and what a server must make of it. */
#define KEY "dGhlIHNhbXBsZSBub25jZQ=="
#define ACCEPTED_KEY "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="

typedef struct {
  unsigned opcode;
  const uint8_t *payload;
  size_t payloadLength;
} Frame;

void webSocketUpgrade(Buffer *out, const char *path, const char *id, size_t idLength) {
  bufferPrint(out, "GET %s%.*s HTTP/1.1\r\nHost: localhost\r\n", path, (int)idLength, id);
  bufferPrint(out, "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " KEY "\r\n\r\n");
}

/* What a client sends is masked, and each frame differently (section 5.3). */
static void appendFrame(Buffer *out, unsigned opcode, const uint8_t *payload, size_t length) {
  bufferAppendByte(out, (uint8_t)(FINAL | opcode));
  if (length <= SHORT_LENGTH) {
    bufferAppendByte(out, (uint8_t)(MASKED | length));
  } else {
    bool isShort = length <= UINT16_MAX;
    bufferAppendByte(out, MASKED | (isShort ? LENGTH_IN_2_BYTES : LENGTH_IN_8_BYTES));
    for (int bits = isShort ? 8 : 56; bits >= 0; bits -= 8) bufferAppendByte(out, (uint8_t)((uint64_t)length >> bits));
  }
  uint32_t random = randomBelow(UINT32_MAX);
  uint8_t mask[4];
  memcpy(mask, &random, sizeof mask);
  bufferAppend(out, mask, sizeof mask);
  uint8_t *masked = bufferExtend(out, length);
  for (size_t index = 0; index < length; index++) masked[index] = payload[index] ^ mask[index % sizeof mask];
}

void webSocketText(Buffer *out, const Buffer *text) {
  appendFrame(out, TEXT_FRAME, text->bytes, text->length);
}

void webSocketPing(Client *client, Buffer *out) {
  (void)client;
  appendFrame(out, PING_FRAME, NULL, 0);
}

void webSocketClose(Client *client, Buffer *out) {
  static const uint8_t code[] = {NORMAL_CLOSURE >> 8, NORMAL_CLOSURE & 0xff};
  (void)client;
  appendFrame(out, CLOSE_FRAME, code, sizeof code);
}

/* The head of the server's answer ends in an empty line; it has no body. */
static ptrdiff_t takeAnswer(const uint8_t *bytes, size_t length) {
  static const char status[] = "HTTP/1.1 101 ", end[] = "\r\n\r\n";
  const uint8_t *found = memmem(bytes, length, end, sizeof end - 1);
  if (found == NULL) return length > MAX_ANSWER_BYTES ? TAKE_MALFORMED : 0;
  size_t answerLength = (size_t)(found - bytes) + sizeof end - 1;
  if (memcmp(bytes, status, answerLength < sizeof status - 1 ? answerLength : sizeof status - 1) != 0) return TAKE_MALFORMED;
  return memmem(bytes, answerLength, ACCEPTED_KEY, strlen(ACCEPTED_KEY)) == NULL ? TAKE_MALFORMED : (ptrdiff_t)answerLength;
}

/* A server's frame is final, without a mask and without an extension's bits. */
static ptrdiff_t readFrame(const uint8_t *bytes, size_t length, Frame *frame) {
  if (length < 2) return 0;
  frame->opcode = bytes[0] & OPCODE_BITS;
  if (bytes[0] != (FINAL | frame->opcode) || (bytes[1] & MASKED) != 0) return TAKE_MALFORMED;
  size_t lengthBytes = bytes[1] == LENGTH_IN_2_BYTES ? 2 : bytes[1] == LENGTH_IN_8_BYTES ? 8 : 0;
  if (length < 2 + lengthBytes) return 0;
  uint64_t payloadLength = lengthBytes == 0 ? bytes[1] : 0;
  for (size_t index = 0; index < lengthBytes; index++) payloadLength = payloadLength << 8 | bytes[2 + index];
  if (payloadLength > MAX_PAYLOAD_BYTES) return TAKE_MALFORMED;
  frame->payload = bytes + 2 + lengthBytes;
  frame->payloadLength = (size_t)payloadLength;
  size_t frameLength = 2 + lengthBytes + frame->payloadLength;
  return length < frameLength ? 0 : (ptrdiff_t)frameLength;
}

static void takeClose(Client *client, const Frame *frame) {
  char reason[MAX_NAME_BYTES];
  unsigned code = frame->payloadLength < 2 ? 0 : (unsigned)frame->payload[0] << 8 | frame->payload[1];
  snprintf(reason, sizeof reason, "closed with %u", code);
  clientClosed(client, reason, 0, false);
}

static bool takeFrame(const WebSocketHandlers *handlers, Client *client, const Frame *frame, Buffer *out) {
  switch (frame->opcode) {
    case TEXT_FRAME:
    case BINARY_FRAME: return handlers->onMessage(client, frame->payload, frame->payloadLength, out);
    case PING_FRAME: appendFrame(out, PONG_FRAME, frame->payload, frame->payloadLength); return true;
    case PONG_FRAME: clientPonged(client); return true;
    case CLOSE_FRAME: takeClose(client, frame); return true;
    default: return false;
  }
}

ptrdiff_t webSocketTake(const WebSocketHandlers *handlers, Client *client, const uint8_t *bytes, size_t length, Buffer *out) {
  /* No frame begins like the answer, so nothing need be kept about what is expected. */
  if (bytes[0] == 'H' && client->state == LOGGING_IN) {
    ptrdiff_t taken = takeAnswer(bytes, length);
    if (taken > 0) handlers->onUpgraded(client, out);
    return taken;
  }
  Frame frame;
  ptrdiff_t taken = readFrame(bytes, length, &frame);
  if (taken <= 0) return taken;
  return takeFrame(handlers, client, &frame, out) ? taken : TAKE_MALFORMED;
}
