#ifndef LONGWIRE_WEBSOCKET_H
#define LONGWIRE_WEBSOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../shared/buffer.h"
#include "client.h"

/* As much of WebSocket (RFC 6455) as clients of a known server need: no extensions, no fragments. */

typedef struct {
  /* The server has agreed to speak WebSocket. */
  void (*onUpgraded)(Client *client, Buffer *out);
  /* A text or binary message. False when it is not as it should be. */
  bool (*onMessage)(Client *client, const uint8_t *payload, size_t length, Buffer *out);
} WebSocketHandlers;

/* The request that asks for WebSocket. The path may end in the id of the client. */
void webSocketUpgrade(Buffer *out, const char *path, const char *id, size_t idLength);
/* Takes the answer to that or one frame, as Protocol.take does; pings are answered here. */
ptrdiff_t webSocketTake(const WebSocketHandlers *handlers, Client *client, const uint8_t *bytes, size_t length, Buffer *out);

void webSocketText(Buffer *out, const Buffer *text);
void webSocketPing(Client *client, Buffer *out);
void webSocketClose(Client *client, Buffer *out);

#endif
