#include "jobs.h"

#include "../shared/clock.h"
#include "connection.h"
#include "departure.h"
#include "pacer.h"
#include "protocol.h"

/* How much of one job is done before other things have their turn. */
#define SLICE 64

static struct {
  bool isOn;
  Pacer pacer; /* perSecond 0: not paced */
  uint32_t concurrency, next;
} connecting;

static struct {
  double seconds;
  uint64_t dueNs;
  uint32_t next;
} heartbeats;

static struct {
  uint64_t left;
  uint32_t concurrency, open, next;
} churn;

void startConnecting(double perSecond, uint32_t concurrency) {
  connecting.isOn = true;
  connecting.pacer = (Pacer){.startNs = nowNs(), .perSecond = perSecond};
  connecting.concurrency = concurrency;
  connecting.next = 0;
}

/* Where the concurrency holds it up, the answer to a login brings the next turn. */
static uint64_t connectSome(uint64_t now) {
  if (!connecting.isOn) return NEVER;
  Pacer *pacer = &connecting.pacer;
  for (int opened = 0; opened < SLICE; opened++) {
    while (connecting.next < clients.count && clients.list[connecting.next].state != AWAY) connecting.next++;
    if (connecting.next == clients.count) {
      connecting.isOn = false;
      return NEVER;
    }
    if (clients.connecting >= connecting.concurrency) return NEVER;
    uint64_t dueNs = pacer->perSecond > 0 ? pacerDue(pacer) : now;
    if (dueNs > now) return dueNs;
    pacer->done++;
    openConnection(&clients.list[connecting.next++], dueNs);
  }
  return now;
}

void startHeartbeats(double seconds) {
  heartbeats.seconds = seconds;
  heartbeats.dueNs = nowNs();
}

static void ping(Client *client) {
  if (client->state != CONNECTED || protocol->ping == NULL) return;
  protocol->ping(client, connectionOut());
  counters.pings++;
  client->openPings++;
  clients.openPings++;
  flushConnection(client);
}

static uint64_t pingSome(uint64_t now) {
  if (heartbeats.seconds <= 0) return NEVER;
  if (clients.count == 0) {
    heartbeats.dueNs = now;
    return NEVER;
  }
  uint64_t stepNs = (uint64_t)(heartbeats.seconds * 1e9 / clients.count);
  for (int pinged = 0; pinged < SLICE; pinged++) {
    if (heartbeats.dueNs > now) return heartbeats.dueNs;
    heartbeats.dueNs += stepNs;
    ping(&clients.list[heartbeats.next++ % clients.count]);
  }
  return now;
}

void startChurn(uint64_t cycles, uint32_t concurrency) {
  churn.left = cycles;
  churn.concurrency = concurrency;
}

/* The next client that is away; NULL when nobody is. */
static Client *nextToChurn(void) {
  for (uint32_t looked = 0; looked < clients.count; looked++) {
    Client *client = &clients.list[churn.next++ % clients.count];
    if (client->state == AWAY) return client;
  }
  return NULL;
}

static uint64_t churnSome(uint64_t now) {
  for (int opened = 0; opened < SLICE; opened++) {
    if (churn.left == 0 || churn.open >= churn.concurrency) return NEVER;
    Client *client = nextToChurn();
    if (client == NULL) return now + 10 * NS_PER_MS;
    churn.left--;
    churn.open++;
    client->isChurning = true;
    openConnection(client, now);
  }
  return now;
}

void churnEnded(Client *client) {
  client->isChurning = false;
  churn.open--;
  counters.churned++;
}

void churnLeave(Client *client) {
  if (protocol->leave != NULL) protocol->leave(client, connectionOut());
  flushConnection(client);
  if (client->descriptor >= 0) clientLeft(client);
}

uint32_t cutConnections(double share) {
  uint32_t cut = 0;
  double owed = 0;
  for (uint32_t number = 0; number < clients.count; number++) {
    Client *client = &clients.list[number];
    if (client->descriptor < 0) continue;
    owed += share;
    /* A little less than 1: ten times a tenth is not quite 1. */
    if (owed < 0.999999) continue;
    owed -= 1;
    clientLeft(client);
    cut++;
  }
  counters.cut += cut;
  return cut;
}

uint64_t doJobs(uint64_t now) {
  return earlierOf(earlierOf(connectSome(now), pingSome(now)), churnSome(now));
}
