/*
 * The client protocol of NATS (https://docs.nats.io/reference/reference-protocols/nats-protocol): lines, and payloads of a length that a line tells.
 * Every client subscribes to `all` and to `to.ITS-ID`. Nothing is acknowledged, by the server or by a recipient.
 */
#include <stdio.h>
#include <string.h>

#include "events.h"
#include "protocol.h"

#define MAX_LINE_BYTES 32768
#define MAX_PAYLOAD_BYTES (256 * 1024)
#define LINE_END "\r\n"
#define LINE_END_BYTES 2

/* INFO, which the server says first, need not be waited for by who knows that there is no TLS. The first PONG says that all of this was taken. */
static void login(Client *client, Buffer *out) {
  bufferPrint(out, "CONNECT {\"verbose\":false,\"pedantic\":false,\"lang\":\"c\",\"version\":\"1\",\"protocol\":1}" LINE_END);
  bufferPrint(out, "SUB all 1" LINE_END "SUB to.%.*s 2" LINE_END "PING" LINE_END, (int)client->idLength, client->id);
}

static void ping(Client *client, Buffer *out) {
  (void)client;
  bufferPrint(out, "PING" LINE_END);
}

static void sendMessage(Client *client, const Message *message, Buffer *out) {
  (void)client;
  const char *prefix = message->kind == SEND ? "to." : "";
  bufferPrint(out, "PUB %s%.*s %zu" LINE_END, prefix, (int)message->targetLength, message->target, message->payloadLength);
  bufferAppend(out, message->payload, message->payloadLength);
  bufferAppend(out, LINE_END, LINE_END_BYTES);
}

/* The number at the end of the line, before its line end. False when there is none, or one that is too large. */
static bool lastNumber(const uint8_t *line, size_t length, size_t *number) {
  size_t factor = 1, digits = 0;
  *number = 0;
  for (const uint8_t *at = line + length - LINE_END_BYTES; at > line && at[-1] >= '0' && at[-1] <= '9'; at--, digits++) {
    *number += (size_t)(at[-1] - '0') * factor;
    if (*number > MAX_PAYLOAD_BYTES) return false;
    factor *= 10;
  }
  return digits > 0;
}

/* MSG <subject> <subscription> [reply-to] <bytes> */
static ptrdiff_t takeMessage(Client *client, const uint8_t *line, size_t lineLength, size_t length) {
  size_t size;
  if (!lastNumber(line, lineLength, &size)) return TAKE_MALFORMED;
  if (length - lineLength < size + LINE_END_BYTES) return 0;
  if (memcmp(line + lineLength + size, LINE_END, LINE_END_BYTES) != 0) return TAKE_MALFORMED;
  clientDelivered(client, line + lineLength, size);
  return (ptrdiff_t)(lineLength + size + LINE_END_BYTES);
}

/* -ERR 'what is wrong': the server closes the connection after all but a few, which do not happen here. */
static void takeError(Client *client, const uint8_t *line, size_t lineLength) {
  char reason[MAX_NAME_BYTES];
  snprintf(reason, sizeof reason, "%.*s", (int)(lineLength - LINE_END_BYTES), (const char *)line);
  clientClosed(client, reason, 0, false);
}

static bool startsWith(const uint8_t *line, size_t length, const char *word) {
  return length >= strlen(word) && memcmp(line, word, strlen(word)) == 0;
}

static ptrdiff_t take(Client *client, const uint8_t *bytes, size_t length, Buffer *out) {
  const uint8_t *end = memchr(bytes, '\n', length < MAX_LINE_BYTES ? length : MAX_LINE_BYTES);
  if (end == NULL) return length < MAX_LINE_BYTES ? 0 : TAKE_MALFORMED;
  if (end == bytes || end[-1] != '\r') return TAKE_MALFORMED;
  size_t lineLength = (size_t)(end - bytes) + 1;
  if (startsWith(bytes, lineLength, "MSG ")) return takeMessage(client, bytes, lineLength, length);
  if (startsWith(bytes, lineLength, "PONG")) {
    if (client->state == LOGGING_IN) clientLoggedIn(client, out);
    else clientPonged(client);
  } else if (startsWith(bytes, lineLength, "PING")) {
    bufferPrint(out, "PONG" LINE_END);
  } else if (startsWith(bytes, lineLength, "-ERR")) {
    takeError(client, bytes, lineLength);
  } else if (!startsWith(bytes, lineLength, "INFO ") && !startsWith(bytes, lineLength, "+OK")) {
    return TAKE_MALFORMED;
  }
  return (ptrdiff_t)lineLength;
}

const Protocol natsProtocol = {.name = "nats", .login = login, .take = take, .ping = ping, .send = sendMessage};
