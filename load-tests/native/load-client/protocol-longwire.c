/* Longwire's protocol, version 1: packages/protocol/SPEC.md. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "events.h"
#include "protobuf.h"
#include "protocol.h"

enum {
  CONNECT_FRAME = 1,
  CONNECTED_FRAME,
  PING_FRAME,
  PONG_FRAME,
  PUBLISH_FRAME,
  PUBLISHED_FRAME,
  SEND_FRAME,
  SENT_FRAME,
  DELIVER_FRAME,
  ACKNOWLEDGE_FRAME,
  REDIRECT_FRAME,
  CLOSE_FRAME,
  REFRESH_FRAME,
  REFRESHED_FRAME,
};
#define TYPE_BITS 0x1f
#define EXTENDED 0x20
#define RESERVED_FLAGS 0xc0
#define MAX_LENGTH_BYTES 4
#define MAX_FRAME_BYTES_BEFORE_CONNECTED 4096
#define FIRST_CRITICAL_EXTENSION 128
#define GOODBYE 3000
#define AGENT "load-client"

typedef struct {
  unsigned type;
  const uint8_t *body;
  size_t bodyLength;
  size_t length; /* of the whole frame */
} Frame;

/* Equal to packages/protocol/src/close-codes.ts, which a test asks for. */
static const struct {
  unsigned code;
  const char *name;
} closeCodes[] = {
  {1000, "serverStopping"},  {1001, "idleTimeout"},    {1002, "loginTimeout"},         {1003, "slowConsumer"},
  {1004, "overloaded"},      {1005, "backendUnavailable"}, {1006, "internalError"},    {1007, "rateLimited"},
  {1008, "reconnectingTooOften"}, {1009, "frameTimeout"}, {2000, "tokenInvalid"},      {2001, "tokenExpired"},
  {2002, "tokenRevoked"},    {2003, "goElsewhere"},    {3000, "goodbye"},              {3001, "replaced"},
  {3002, "kicked"},          {3003, "expectedConnect"}, {3004, "unsupportedVersion"},  {3005, "malformedFrame"},
  {3006, "frameTooLarge"},   {3007, "unsupportedFeature"}, {3008, "unexpectedFrame"},  {3009, "invalidField"},
  {3010, "tooManyInFlight"},
};

static const char *closeName(unsigned code) {
  static char unknown[16];
  for (size_t index = 0; index < sizeof closeCodes / sizeof closeCodes[0]; index++) {
    if (closeCodes[index].code == code) return closeCodes[index].name;
  }
  snprintf(unknown, sizeof unknown, "%u", code);
  return unknown;
}

static void appendHeader(Buffer *out, unsigned type, size_t bodyLength) {
  bufferAppendByte(out, (uint8_t)type);
  appendVarint(out, bodyLength);
}

static void login(Client *client, Buffer *out) {
  client->maxFrameBytes = MAX_FRAME_BYTES_BEFORE_CONNECTED;
  appendHeader(out, CONNECT_FRAME, 2 + 2 + bytesFieldLength(client->tokenLength) + bytesFieldLength(strlen(AGENT)));
  appendNumberField(out, 1, 1);
  appendNumberField(out, 2, 1);
  appendBytesField(out, 3, client->token, client->tokenLength);
  appendBytesField(out, 4, AGENT, strlen(AGENT));
}

static void ping(Client *client, Buffer *out) {
  (void)client;
  appendHeader(out, PING_FRAME, 0);
}

static void leave(Client *client, Buffer *out) {
  (void)client;
  appendHeader(out, CLOSE_FRAME, 1 + varintLength(GOODBYE));
  appendNumberField(out, 1, GOODBYE);
}

/* The message id says which of the client's messages it is and when it was due: the answer brings both back, so nothing need be kept. */
static void sendMessage(Client *client, const Message *message, Buffer *out) {
  char id[64];
  (void)client;
  int idLength = snprintf(id, sizeof id, "%c%" PRIu32 ".%" PRIu64, message->kind == SEND ? 's' : 'p', message->sequence, message->dueNs);
  size_t bodyLength =
    bytesFieldLength((size_t)idLength) + bytesFieldLength(message->targetLength) + bytesFieldLength(message->payloadLength);
  appendHeader(out, message->kind == SEND ? SEND_FRAME : PUBLISH_FRAME, bodyLength);
  appendBytesField(out, 1, id, (size_t)idLength);
  appendBytesField(out, 2, message->target, message->targetLength);
  appendBytesField(out, 3, message->payload, message->payloadLength);
}

/* Numbers to acknowledge, of the read that is being taken: they leave in one frame. */
#define MAX_ACKNOWLEDGED 512
static struct {
  uint32_t list[MAX_ACKNOWLEDGED];
  size_t count, length;
} acknowledged;

static void writeAcknowledge(Buffer *out) {
  appendHeader(out, ACKNOWLEDGE_FRAME, bytesFieldLength(acknowledged.length));
  bufferAppendByte(out, 1 << 3 | 2);
  appendVarint(out, acknowledged.length);
  for (size_t index = 0; index < acknowledged.count; index++) appendVarint(out, acknowledged.list[index]);
  counters.acknowledged += acknowledged.count;
}

static void endOfRead(Client *client, Buffer *out) {
  if (acknowledged.count == 0) return;
  if (client->descriptor >= 0) writeAcknowledge(out);
  acknowledged.count = acknowledged.length = 0;
}

static void acknowledge(Client *client, uint32_t deliveryId, Buffer *out) {
  acknowledged.list[acknowledged.count++] = deliveryId;
  acknowledged.length += varintLength(deliveryId);
  if (acknowledged.count == MAX_ACKNOWLEDGED) endOfRead(client, out);
}

static bool takeConnected(Client *client, FieldReader body, Buffer *out) {
  Field field, limit;
  while (nextField(&body, &field)) {
    if (field.number != 5 || field.bytes == NULL) continue;
    FieldReader limits = {field.bytes, field.bytes + field.length, false};
    while (nextField(&limits, &limit)) {
      if (limit.bytes != NULL) continue;
      if (limit.number == 1) client->maxFrameBytes = (uint32_t)limit.value;
      if (limit.number == 2) client->maxInFlight = limit.value > UINT16_MAX ? UINT16_MAX : (uint16_t)limit.value;
    }
    if (limits.isMalformed) return false;
  }
  if (!body.isMalformed) clientLoggedIn(client, out);
  return !body.isMalformed;
}

static bool takeDeliver(Client *client, FieldReader body, Buffer *out) {
  Field field;
  uint32_t deliveryId = 0;
  const uint8_t *payload = NULL;
  size_t length = 0;
  while (nextField(&body, &field)) {
    if (field.number == 1 && field.bytes == NULL) deliveryId = (uint32_t)field.value;
    if (field.number == 4 && field.bytes != NULL) payload = field.bytes, length = field.length;
  }
  if (body.isMalformed) return false;
  clientDelivered(client, payload, length);
  if (deliveryId != 0 && acknowledges) acknowledge(client, deliveryId, out);
  return true;
}

/* The due time that sendMessage put into the id. */
static bool dueOf(const uint8_t *id, size_t length, uint64_t *dueNs) {
  const uint8_t *dot = length == 0 ? NULL : memchr(id, '.', length);
  if (dot == NULL) return false;
  *dueNs = 0;
  for (const uint8_t *digit = dot + 1; digit < id + length; digit++) {
    if (*digit < '0' || *digit > '9') return false;
    *dueNs = *dueNs * 10 + (uint64_t)(*digit - '0');
  }
  return true;
}

static bool takeAnswer(Client *client, MessageKind kind, FieldReader body, Buffer *out) {
  Field field;
  uint64_t dueNs = 0;
  unsigned status = 0;
  bool hasId = false;
  while (nextField(&body, &field)) {
    if (field.number == 1 && field.bytes != NULL) hasId = dueOf(field.bytes, field.length, &dueNs);
    if (field.number == 2 && field.bytes == NULL) status = (unsigned)field.value;
  }
  if (body.isMalformed || !hasId) return false;
  clientAnswered(client, kind, status, dueNs, out);
  return true;
}

/* The end, even if the body is damaged. */
static void takeClose(Client *client, FieldReader body) {
  Field field;
  unsigned code = 0;
  uint32_t retryAfterMs = 0;
  while (nextField(&body, &field)) {
    if (field.number == 1 && field.bytes == NULL) code = (unsigned)field.value;
    if (field.number == 3 && field.bytes == NULL) retryAfterMs = (uint32_t)field.value;
  }
  clientClosed(client, closeName(code), retryAfterMs, code >= 3000 && code <= 3999);
}

static bool takeBody(Client *client, const Frame *frame, Buffer *out) {
  FieldReader body = {frame->body, frame->body + frame->bodyLength, false};
  if (frame->type == CLOSE_FRAME) {
    takeClose(client, body);
    return true;
  }
  if (client->state == LOGGING_IN) return frame->type == CONNECTED_FRAME && takeConnected(client, body, out);
  switch (frame->type) {
    case DELIVER_FRAME: return takeDeliver(client, body, out);
    case SENT_FRAME: return takeAnswer(client, SEND, body, out);
    case PUBLISHED_FRAME: return takeAnswer(client, PUBLISH, body, out);
    case PONG_FRAME: clientPonged(client); return true;
    /* Who is asked to go stays until it is closed: how a load is moved is for another tool. */
    case REDIRECT_FRAME:
    case REFRESHED_FRAME: return true;
    default: return false;
  }
}

/* Skips the header extension, which must be whole and hold nothing that is critical. */
static bool skipExtension(Frame *frame) {
  const uint8_t *limit = frame->body + frame->bodyLength;
  uint64_t length, size;
  const uint8_t *at = readVarint(frame->body, limit, MAX_LENGTH_BYTES, &length);
  if (at == NULL || length > (uint64_t)(limit - at)) return false;
  const uint8_t *end = at + length;
  while (at < end) {
    if (*at >= FIRST_CRITICAL_EXTENSION) return false;
    at = readVarint(at + 1, end, MAX_LENGTH_BYTES, &size);
    if (at == NULL || size > (uint64_t)(end - at)) return false;
    at += size;
  }
  frame->body = end;
  frame->bodyLength = (size_t)(limit - end);
  return true;
}

/* Answers as Protocol.take does. The header is checked before its payload has come. */
static ptrdiff_t readFrame(const Client *client, const uint8_t *bytes, size_t length, Frame *frame) {
  uint64_t payloadLength;
  if (bytes[0] & RESERVED_FLAGS) return TAKE_MALFORMED;
  const uint8_t *payload = readVarint(bytes + 1, bytes + length, MAX_LENGTH_BYTES, &payloadLength);
  if (payload == NULL) return length > MAX_LENGTH_BYTES ? TAKE_MALFORMED : 0;
  if ((size_t)(payload - bytes) != 1 + varintLength(payloadLength) || payloadLength > client->maxFrameBytes) return TAKE_MALFORMED;
  if (payloadLength > (uint64_t)(bytes + length - payload)) return 0;
  frame->type = bytes[0] & TYPE_BITS;
  frame->body = payload;
  frame->bodyLength = (size_t)payloadLength;
  frame->length = (size_t)(payload - bytes) + frame->bodyLength;
  return (bytes[0] & EXTENDED) && !skipExtension(frame) ? TAKE_MALFORMED : (ptrdiff_t)frame->length;
}

static ptrdiff_t take(Client *client, const uint8_t *bytes, size_t length, Buffer *out) {
  Frame frame;
  ptrdiff_t taken = readFrame(client, bytes, length, &frame);
  if (taken <= 0) return taken;
  return takeBody(client, &frame, out) ? taken : TAKE_MALFORMED;
}

const Protocol longwireProtocol = {
  .name = "longwire",
  .answers = true,
  .login = login,
  .take = take,
  .endOfRead = endOfRead,
  .ping = ping,
  .send = sendMessage,
  .leave = leave,
};
