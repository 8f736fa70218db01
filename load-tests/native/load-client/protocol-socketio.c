/*
 * Socket.IO 4 by WebSocket alone: Engine.IO protocol 4 (one digit: the type of the packet), in its messages Socket.IO protocol 5 (one digit more).
 * A client says its id as it connects; SEND is the event `message` with {"to":…,"text":…}, and whatever event comes is a delivery. Nothing is
 * acknowledged. Heartbeats are the server's: it pings, the client answers. Of PUBLISH it knows nothing.
 */
#include <string.h>

#include "events.h"
#include "protocol.h"
#include "websocket.h"

#define ENGINE_OPEN '0'
#define ENGINE_PING '2'
#define ENGINE_MESSAGE '4'
#define SOCKET_CONNECT '0'
#define SOCKET_EVENT '2'

static Buffer text;

static void login(Client *client, Buffer *out) {
  (void)client;
  webSocketUpgrade(out, "/socket.io/?EIO=4&transport=websocket", "", 0);
}

static void onUpgraded(Client *client, Buffer *out) {
  /* Engine.IO opens the conversation. */
  (void)client;
  (void)out;
}

static void answer(Buffer *out, const char *packet) {
  text.length = 0;
  bufferPrint(&text, "%s", packet);
  webSocketText(out, &text);
}

static bool takeOpen(Client *client, Buffer *out) {
  if (client->state != LOGGING_IN) return false;
  text.length = 0;
  bufferPrint(&text, "40{\"id\":\"%.*s\"}", (int)client->idLength, client->id);
  webSocketText(out, &text);
  return true;
}

static bool takeMessage(Client *client, const uint8_t *packet, size_t length, Buffer *out) {
  if (length < 2) return false;
  if (packet[1] == SOCKET_CONNECT && client->state == LOGGING_IN) clientLoggedIn(client, out);
  else if (packet[1] == SOCKET_EVENT) clientDelivered(client, packet, length);
  else return false;
  return true;
}

static bool onMessage(Client *client, const uint8_t *packet, size_t length, Buffer *out) {
  if (length == 0) return false;
  if (packet[0] == ENGINE_MESSAGE) return takeMessage(client, packet, length, out);
  if (packet[0] == ENGINE_OPEN) return takeOpen(client, out);
  if (packet[0] != ENGINE_PING) return false;
  answer(out, "3");
  /* One heartbeat and its answer, whoever began. */
  counters.pings++;
  clientPonged(client);
  return true;
}

static ptrdiff_t take(Client *client, const uint8_t *bytes, size_t length, Buffer *out) {
  static const WebSocketHandlers handlers = {onUpgraded, onMessage};
  return webSocketTake(&handlers, client, bytes, length, out);
}

static void sendMessage(Client *client, const Message *message, Buffer *out) {
  (void)client;
  text.length = 0;
  bufferPrint(&text, "42[\"message\",{\"to\":\"%.*s\",\"text\":\"", (int)message->targetLength, message->target);
  bufferAppend(&text, message->payload, message->payloadLength);
  bufferPrint(&text, "\"}]");
  webSocketText(out, &text);
}

static void leave(Client *client, Buffer *out) {
  answer(out, "41");
  webSocketClose(client, out);
}

const Protocol socketioProtocol = {.name = "socketio", .login = login, .take = take, .send = sendMessage, .leave = leave};
