/*
 * MQTT 3.1.1 (OASIS standard of 2014). Every client subscribes to `all` at QoS 0, where messages to everyone come, and to `to/ITS-ID` at QoS 1.
 * SEND and PUBLISH leave at QoS 1: the answer, status 0, is the broker's, not the recipient's.
 */
#include <string.h>

#include "events.h"
#include "protobuf.h"
#include "protocol.h"

enum {
  CONNECT_PACKET = 1,
  CONNACK_PACKET = 2,
  PUBLISH_PACKET = 3,
  PUBACK_PACKET = 4,
  SUBSCRIBE_PACKET = 8,
  SUBACK_PACKET = 9,
  PINGREQ_PACKET = 12,
  PINGRESP_PACKET = 13,
  DISCONNECT_PACKET = 14,
};
#define MAX_LENGTH_BYTES 4
#define SUBSCRIBE_FLAGS 2
#define QOS_1 1
#define QOS_1_FLAG 2
#define CLEAN_SESSION 2
#define SUBSCRIPTION_FAILED 0x80
/* The broker closes who is silent for one and a half of it. */
#define KEEP_ALIVE_SECONDS 180
/* What mosquitto lets a client have open, too; the protocol has no word for it. */
#define MAX_OPEN 20
#define TOPIC_OF_ALL "all"
#define TOPIC_PREFIX "to/"

/* A message that the broker has not answered. Packet id 0, which no packet has: the place is free. */
typedef struct {
  uint64_t dueNs;
  MessageKind kind;
  uint16_t packetId;
} Open;

typedef struct {
  uint16_t lastPacketId;
  Open open[MAX_OPEN];
} Session;

static Open *findOpen(Session *session, uint16_t packetId) {
  for (int index = 0; index < MAX_OPEN; index++) {
    if (session->open[index].packetId == packetId) return &session->open[index];
  }
  return NULL;
}

static void appendHeader(Buffer *out, unsigned type, unsigned flags, size_t bodyLength) {
  bufferAppendByte(out, (uint8_t)(type << 4 | flags));
  appendVarint(out, bodyLength);
}

static void appendNumber(Buffer *out, size_t number) {
  bufferAppendByte(out, (uint8_t)(number >> 8));
  bufferAppendByte(out, (uint8_t)number);
}

static unsigned numberAt(const uint8_t *at) {
  return (unsigned)at[0] << 8 | at[1];
}

static size_t textLength(const char *prefix, size_t length) {
  return 2 + strlen(prefix) + length;
}

static void appendText(Buffer *out, const char *prefix, const char *text, size_t length) {
  appendNumber(out, strlen(prefix) + length);
  bufferAppend(out, prefix, strlen(prefix));
  bufferAppend(out, text, length);
}

static void login(Client *client, Buffer *out) {
  client->own = memset(allocate(sizeof(Session)), 0, sizeof(Session));
  client->maxInFlight = MAX_OPEN;
  appendHeader(out, CONNECT_PACKET, 0, textLength("MQTT", 0) + 4 + textLength("", client->idLength));
  appendText(out, "MQTT", NULL, 0);
  bufferAppendByte(out, 4); /* the version that is called 3.1.1 */
  bufferAppendByte(out, CLEAN_SESSION);
  appendNumber(out, KEEP_ALIVE_SECONDS);
  appendText(out, "", client->id, client->idLength);
}

static uint16_t nextPacketId(Session *session) {
  if (++session->lastPacketId == 0) session->lastPacketId = 1;
  return session->lastPacketId;
}

static void subscribe(Client *client, Buffer *out) {
  size_t topics = textLength(TOPIC_OF_ALL, 0) + 1 + textLength(TOPIC_PREFIX, client->idLength) + 1;
  appendHeader(out, SUBSCRIBE_PACKET, SUBSCRIBE_FLAGS, 2 + topics);
  appendNumber(out, nextPacketId(client->own));
  appendText(out, TOPIC_OF_ALL, NULL, 0);
  bufferAppendByte(out, 0);
  appendText(out, TOPIC_PREFIX, client->id, client->idLength);
  bufferAppendByte(out, QOS_1);
}

static void ping(Client *client, Buffer *out) {
  (void)client;
  appendHeader(out, PINGREQ_PACKET, 0, 0);
}

static void leave(Client *client, Buffer *out) {
  (void)client;
  appendHeader(out, DISCONNECT_PACKET, 0, 0);
}

static void sendMessage(Client *client, const Message *message, Buffer *out) {
  Session *session = client->own;
  /* There is a place: no more are open than maxInFlight allows. */
  Open *open = findOpen(session, 0);
  const char *prefix = message->kind == SEND ? TOPIC_PREFIX : "";
  *open = (Open){.dueNs = message->dueNs, .kind = message->kind, .packetId = nextPacketId(session)};
  size_t bodyLength = textLength(prefix, message->targetLength) + 2 + message->payloadLength;
  appendHeader(out, PUBLISH_PACKET, QOS_1_FLAG, bodyLength);
  appendText(out, prefix, message->target, message->targetLength);
  appendNumber(out, open->packetId);
  bufferAppend(out, message->payload, message->payloadLength);
}

static bool takePublish(Client *client, unsigned flags, const uint8_t *body, size_t length, Buffer *out) {
  bool wantsAnswer = (flags & QOS_1_FLAG) != 0;
  size_t head = length < 2 ? 2 : 2 + numberAt(body);
  size_t payload = head + (wantsAnswer ? 2 : 0);
  if (payload > length) return false;
  clientDelivered(client, body + payload, length - payload);
  if (!wantsAnswer || !acknowledges) return true;
  appendHeader(out, PUBACK_PACKET, 0, 2);
  appendNumber(out, numberAt(body + head));
  counters.acknowledged++;
  return true;
}

static bool takeAnswer(Client *client, const uint8_t *body, size_t length, Buffer *out) {
  unsigned packetId = length < 2 ? 0 : numberAt(body);
  Open *open = packetId == 0 ? NULL : findOpen(client->own, (uint16_t)packetId);
  if (open == NULL) return false;
  open->packetId = 0;
  clientAnswered(client, open->kind, 0, open->dueNs, out);
  return true;
}

static bool takeLoginAnswer(Client *client, unsigned type, const uint8_t *body, size_t length, Buffer *out) {
  if (type == CONNACK_PACKET && length == 2) {
    if (body[1] == 0) subscribe(client, out);
    else clientClosed(client, "refused", 0, true);
    return true;
  }
  if (type != SUBACK_PACKET || length != 4 || body[2] == SUBSCRIPTION_FAILED || body[3] == SUBSCRIPTION_FAILED) return false;
  clientLoggedIn(client, out);
  return true;
}

static bool takeBody(Client *client, uint8_t first, const uint8_t *body, size_t length, Buffer *out) {
  unsigned type = first >> 4;
  /* A message to everyone may come between the answers to CONNECT and SUBSCRIBE. */
  if (type == PUBLISH_PACKET) return takePublish(client, first & 0xf, body, length, out);
  if (client->state == LOGGING_IN) return takeLoginAnswer(client, type, body, length, out);
  if (type == PUBACK_PACKET) return takeAnswer(client, body, length, out);
  if (type == PINGRESP_PACKET) clientPonged(client);
  return type == PINGRESP_PACKET;
}

static ptrdiff_t take(Client *client, const uint8_t *bytes, size_t length, Buffer *out) {
  uint64_t bodyLength;
  const uint8_t *body = readVarint(bytes + 1, bytes + length, MAX_LENGTH_BYTES, &bodyLength);
  if (body == NULL) return length > MAX_LENGTH_BYTES ? TAKE_MALFORMED : 0;
  if (bodyLength > (uint64_t)(bytes + length - body)) return 0;
  bool isGood = takeBody(client, bytes[0], body, (size_t)bodyLength, out);
  return isGood ? body - bytes + (ptrdiff_t)bodyLength : TAKE_MALFORMED;
}

const Protocol mqttProtocol = {
  .name = "mqtt",
  .answers = true,
  .login = login,
  .take = take,
  .ping = ping,
  .send = sendMessage,
  .leave = leave,
};
