#include "departure.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../shared/clock.h"
#include "comeback-queue.h"
#include "connection.h"
#include "events.h"
#include "jobs.h"
#include "messages.h"
#include "random.h"

#define OPENED_PER_TURN 64
/* However soon clients are to come back: one that cannot connect must not try without a pause. */
#define FAILED_CONNECT_WAIT_MS 100

static Comeback comeback;

/* Back to having no connection, whatever it had. */
static void forgetConnection(Client *client) {
  if (client->state == CONNECTED) clients.connected--;
  else loginIsAnswered(client);
  for (MessageKind kind = 0; kind < MESSAGE_KINDS; kind++) {
    Outgoing *outgoing = &client->outgoing[kind];
    if (outgoing->open > 0) countNamed(&counters.answers[kind], "lost", outgoing->open);
    openMessages[kind] -= outgoing->open;
    outgoing->open = 0;
    outgoing->openDueNs = 0;
  }
  clients.openPings -= client->openPings;
  client->openPings = 0;
  dropConnection(client);
  client->state = AWAY;
}

static void waitToComeBack(Client *client, uint32_t retryAfterMs) {
  if (!comeback.isOn) return;
  double waitMs = comeback.minMs + randomFraction() * (comeback.maxMs - comeback.minMs);
  if (waitMs < retryAfterMs) waitMs = retryAfterMs;
  client->state = WAITING;
  queueComeback(clientNumber(client), nowNs() + (uint64_t)(waitMs * NS_PER_MS));
}

static void ended(Client *client, uint32_t retryAfterMs, bool staysAway) {
  bool wasLoggingIn = client->state != CONNECTED;
  forgetConnection(client);
  if (wasLoggingIn) counters.loginFailures++;
  if (client->isChurning) return churnEnded(client);
  if (!staysAway) waitToComeBack(client, retryAfterMs);
}

void clientClosed(Client *client, const char *reason, uint32_t retryAfterMs, bool staysAway) {
  countNamed(&counters.closed, reason, 1);
  ended(client, retryAfterMs, staysAway);
}

/* What went wrong is told in words once per kind of error: a thousand times the same would help nobody. */
static void explain(int error) {
  static unsigned char isExplained[256];
  if (error <= 0 || error >= (int)sizeof isExplained || isExplained[error]) return;
  isExplained[error] = 1;
  const char *advice = "";
  if (error == EADDRNOTAVAIL) advice = ": no port is free between source and server; give more source addresses, or ones of this machine";
  if (error == EMFILE) advice = ": this process may not open more files (ulimit -n)";
  if (error == ENFILE) advice = ": the machine may not open more files (fs.file-max)";
  if (error == ENOBUFS || error == ENOMEM) advice = ": the kernel has no memory for more sockets (net.ipv4.tcp_mem)";
  fprintf(stderr, "a connection failed: %s%s\n", strerrordesc_np(error), advice);
}

void connectionFailed(Client *client, int error) {
  const char *name = strerrorname_np(error);
  if (client->state == CONNECTED) return clientClosed(client, "lost", 0, false);
  countNamed(&counters.failures, name == NULL ? "unknown" : name, 1);
  explain(error);
  ended(client, FAILED_CONNECT_WAIT_MS, false);
}

void clientLeft(Client *client) {
  bool wasChurning = client->isChurning;
  forgetConnection(client);
  if (wasChurning) churnEnded(client);
  else waitToComeBack(client, 0);
}

void setComeback(Comeback wanted) {
  free(comeback.addresses);
  comeback = wanted;
  if (wanted.isOn) return;
  for (uint32_t number; takeComeback(NEVER, &number);) clients.list[number].state = AWAY;
}

uint64_t comeBack(uint64_t now) {
  uint32_t number;
  uint64_t dueNs;
  for (int opened = 0; opened < OPENED_PER_TURN; opened++) {
    dueNs = nextComeback();
    if (dueNs > now || !takeComeback(now, &number)) return dueNs;
    Client *client = &clients.list[number];
    if (comeback.addressCount > 0) client->address = comeback.addresses[randomBelow((uint32_t)comeback.addressCount)];
    counters.reconnects++;
    openConnection(client, dueNs);
  }
  return now;
}
