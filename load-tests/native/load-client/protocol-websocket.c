/*
 * What servers on plain WebSocket are usually sent: JSON. A client is known by the id in the path it asks for; SEND is {"to":…,"text":…}, and whatever
 * comes is a delivery. Nothing is acknowledged. Of PUBLISH it knows nothing.
 */
#include "events.h"
#include "protocol.h"
#include "websocket.h"

static void login(Client *client, Buffer *out) {
  webSocketUpgrade(out, "/?id=", client->id, client->idLength);
}

static void onUpgraded(Client *client, Buffer *out) {
  clientLoggedIn(client, out);
}

static bool onMessage(Client *client, const uint8_t *payload, size_t length, Buffer *out) {
  (void)out;
  clientDelivered(client, payload, length);
  return true;
}

static ptrdiff_t take(Client *client, const uint8_t *bytes, size_t length, Buffer *out) {
  static const WebSocketHandlers handlers = {onUpgraded, onMessage};
  return webSocketTake(&handlers, client, bytes, length, out);
}

static void sendMessage(Client *client, const Message *message, Buffer *out) {
  static Buffer text;
  (void)client;
  text.length = 0;
  bufferPrint(&text, "{\"to\":\"%.*s\",\"text\":\"", (int)message->targetLength, message->target);
  bufferAppend(&text, message->payload, message->payloadLength);
  bufferPrint(&text, "\"}");
  webSocketText(out, &text);
}

const Protocol websocketProtocol = {
  .name = "websocket",
  .login = login,
  .take = take,
  .ping = webSocketPing,
  .send = sendMessage,
  .leave = webSocketClose,
};
