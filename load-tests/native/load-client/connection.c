#include "connection.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../shared/clock.h"
#include "../shared/event-loop.h"
#include "../shared/network.h"
#include "departure.h"
#include "events.h"
#include "protocol.h"

#define MAX_ADDRESSES 4096
#define READ_BYTES (1024 * 1024)
/* A frame may be half as large as what is read at once, so that there is always room for its rest. */
#define MAX_PARTIAL_BYTES (READ_BYTES / 2)
#define MAX_PENDING_BYTES (1024 * 1024)
#define LOGIN_DEADLINE_NS (60 * NS_PER_SECOND)
#define NOBODY UINT32_MAX

typedef struct {
  struct sockaddr_in list[MAX_ADDRESSES];
  int count;
} Addresses;

static Addresses servers, sources;
static Buffer out;
static uint8_t readBuffer[READ_BYTES];
/* Unanswered logins in the order of their deadlines: each is put at the end. */
static uint32_t firstLogin = NOBODY, lastLogin = NOBODY;

static int addAddress(Addresses *table, const struct sockaddr_in *address) {
  int index = 0;
  while (index < table->count && memcmp(&table->list[index], address, sizeof *address) != 0) index++;
  if (index == MAX_ADDRESSES) return -1;
  if (index == table->count) table->list[table->count++] = *address;
  return index;
}

int addServerAddress(const char *text) {
  struct sockaddr_in address;
  return parseAddress(text, &address) && address.sin_port != 0 ? addAddress(&servers, &address) : -1;
}

int addSourceAddress(const char *text) {
  struct sockaddr_in address;
  return parseSource(text, &address) ? addAddress(&sources, &address) : -1;
}

Buffer *connectionOut(void) {
  return &out;
}

static void loginIsOpen(Client *client) {
  uint32_t number = clientNumber(client);
  client->previousLogin = lastLogin;
  client->nextLogin = NOBODY;
  if (lastLogin == NOBODY) firstLogin = number;
  else clients.list[lastLogin].nextLogin = number;
  lastLogin = number;
  clients.connecting++;
}

void loginIsAnswered(Client *client) {
  if (client->previousLogin == NOBODY) firstLogin = client->nextLogin;
  else clients.list[client->previousLogin].nextLogin = client->nextLogin;
  if (client->nextLogin == NOBODY) lastLogin = client->previousLogin;
  else clients.list[client->nextLogin].previousLogin = client->previousLogin;
  clients.connecting--;
}

uint64_t failLateLogins(uint64_t now) {
  while (firstLogin != NOBODY) {
    Client *client = &clients.list[firstLogin];
    if (client->startedNs + LOGIN_DEADLINE_NS > now) return client->startedNs + LOGIN_DEADLINE_NS;
    connectionFailed(client, ETIMEDOUT);
  }
  return NEVER;
}

/* A socket that is on its way; false with errno. */
static bool startConnecting(Client *client) {
  static const int yes = 1;
  int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  client->descriptor = descriptor;
  if (descriptor < 0) return false;
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  /* The port is chosen as it connects, when the server is known: so each server may be connected to from the same ports. */
  if (setsockopt(descriptor, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes) != 0) return false;
  const struct sockaddr_in *source = &sources.list[client->source];
  if (bind(descriptor, (const struct sockaddr *)source, sizeof *source) != 0) return false;
  const struct sockaddr_in *server = &servers.list[client->address];
  if (connect(descriptor, (const struct sockaddr *)server, sizeof *server) != 0 && errno != EINPROGRESS) return false;
  /* Edge-triggered, so one call watches it for good: writes are heard of only after one did not fit. */
  return watch(descriptor, clientNumber(client), EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
}

void openConnection(Client *client, uint64_t intendedNs) {
  client->intendedNs = intendedNs;
  client->startedNs = nowNs();
  client->state = CONNECTING;
  loginIsOpen(client);
  if (!startConnecting(client)) connectionFailed(client, errno);
}

static void keep(KeptBytes **kept, const uint8_t *bytes, size_t length) {
  free(*kept);
  *kept = NULL;
  if (length == 0) return;
  *kept = allocate(sizeof **kept + length);
  (*kept)->length = (uint32_t)length;
  memcpy((*kept)->bytes, bytes, length);
}

/* Sends until the socket takes no more. Answers how much it took; -1 when the connection is over. */
static ssize_t sendSome(Client *client, const uint8_t *bytes, size_t length) {
  size_t sent = 0;
  while (sent < length) {
    ssize_t count = send(client->descriptor, bytes + sent, length - sent, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) break;
    if (count < 0) {
      connectionFailed(client, errno);
      return -1;
    }
    sent += (size_t)count;
  }
  counters.bytesOut += sent;
  return (ssize_t)sent;
}

static void sendPending(Client *client) {
  KeptBytes *pending = client->pending;
  ssize_t sent = sendSome(client, pending->bytes, pending->length);
  if (sent <= 0) return;
  pending->length -= (uint32_t)sent;
  memmove(pending->bytes, pending->bytes + sent, pending->length);
  if (pending->length > 0) return;
  free(pending);
  client->pending = NULL;
}

void flushConnection(Client *client) {
  size_t length = out.length;
  out.length = 0;
  if (length == 0 || client->descriptor < 0) return;
  if (client->pending != NULL) {
    if (client->pending->length + length > MAX_PENDING_BYTES) return clientClosed(client, "serverDoesNotRead", 0, false);
    client->pending = reallocate(client->pending, sizeof(KeptBytes) + client->pending->length + length);
    memcpy(client->pending->bytes + client->pending->length, out.bytes, length);
    client->pending->length += (uint32_t)length;
    return;
  }
  ssize_t sent = sendSome(client, out.bytes, length);
  if (sent >= 0 && (size_t)sent < length) keep(&client->pending, out.bytes + sent, length - (size_t)sent);
}

void dropConnection(Client *client) {
  if (client->descriptor >= 0) close(client->descriptor);
  client->descriptor = -1;
  keep(&client->partial, NULL, 0);
  keep(&client->pending, NULL, 0);
  free(client->own);
  client->own = NULL;
}

/* Takes all whole frames and keeps what is left of the last. */
static void takeFrames(Client *client, size_t length) {
  size_t taken = 0;
  ptrdiff_t count = 1;
  while (taken < length && count > 0 && client->descriptor >= 0) {
    count = protocol->take(client, readBuffer + taken, length - taken, &out);
    if (count > 0) taken += (size_t)count;
  }
  /* Also for one that is gone: the protocol gathers for one client at a time. */
  if (protocol->endOfRead != NULL) protocol->endOfRead(client, &out);
  if (client->descriptor < 0) return;
  if (count < 0 || length - taken > MAX_PARTIAL_BYTES) return clientClosed(client, "malformed", 0, false);
  keep(&client->partial, readBuffer + taken, length - taken);
}

/* Reads until nothing is left. A short read says so, too, unless the other side has ended: that is to be seen as well. */
static void readAll(Client *client, bool hasEnded) {
  while (client->descriptor >= 0) {
    size_t kept = client->partial == NULL ? 0 : client->partial->length;
    if (kept > 0) memcpy(readBuffer, client->partial->bytes, kept);
    ssize_t count = recv(client->descriptor, readBuffer + kept, READ_BYTES - kept, 0);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return;
    if (count < 0) return connectionFailed(client, errno);
    if (count == 0) return clientClosed(client, "lost", 0, false);
    counters.bytesIn += (uint64_t)count;
    out.length = 0;
    takeFrames(client, kept + (size_t)count);
    flushConnection(client);
    if ((size_t)count < READ_BYTES - kept && !hasEnded) return;
  }
}

/* The TCP connection may stand now. */
static void finishConnecting(Client *client) {
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(client->descriptor, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return connectionFailed(client, error);
  client->state = LOGGING_IN;
  out.length = 0;
  if (protocol->login != NULL) protocol->login(client, &out);
  else clientLoggedIn(client, &out);
  flushConnection(client);
}

void connectionEvent(Client *client, uint32_t events) {
  if (client->descriptor < 0) return;
  if (client->state == CONNECTING) finishConnecting(client);
  else if (client->pending != NULL && (events & EPOLLOUT)) sendPending(client);
  if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) {
    readAll(client, (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0);
  }
}
