#include "events.h"

#include <stdio.h>

#include "../shared/clock.h"
#include "../shared/marker.h"
#include "connection.h"
#include "jobs.h"
#include "messages.h"
#include "protocol.h"

void clientLoggedIn(Client *client, Buffer *out) {
  uint64_t now = nowNs();
  loginIsAnswered(client);
  client->state = CONNECTED;
  clients.connected++;
  counters.logins++;
  if (counters.firstLoginNs == 0) counters.firstLoginNs = now;
  counters.lastLoginNs = now;
  histogramAdd(&counters.login, now - client->intendedNs);
  if (client->isChurning) churnLeave(client);
  else sendWhatIsDue(client, out);
}

/* Every number up to the newest was to come, and each once. */
static void checkSequence(uint32_t *last, uint32_t sequence) {
  if (sequence <= *last) {
    counters.duplicates++;
    return;
  }
  counters.gaps += sequence - *last - 1;
  *last = sequence;
}

/* The same for pushes to everyone, which have no order between them: a number that was skipped may come a little later. */
static void checkBroadcast(Client *client, uint32_t sequence) {
  if (sequence > client->lastBroadcast) {
    uint32_t skipped = sequence - client->lastBroadcast - 1;
    uint64_t older = skipped < 63 ? client->missedBroadcasts << (skipped + 1) : 0;
    uint64_t newer = skipped < 64 ? (UINT64_C(1) << skipped) - 1 : UINT64_MAX;
    client->missedBroadcasts = older | newer;
    client->lastBroadcast = sequence;
    counters.gaps += skipped;
    return;
  }
  uint32_t behind = client->lastBroadcast - sequence;
  uint64_t bit = behind > 0 && behind <= 64 ? UINT64_C(1) << (behind - 1) : 0;
  if ((client->missedBroadcasts & bit) == 0) {
    counters.duplicates++;
    return;
  }
  client->missedBroadcasts &= ~bit;
  /* None is left where it was counted before a reset. */
  if (counters.gaps > 0) counters.gaps--;
}

void clientDelivered(Client *client, const uint8_t *payload, size_t length) {
  Marker marker;
  counters.delivered++;
  if (!markerFind(payload, length, &marker)) {
    counters.unmarked++;
    return;
  }
  uint64_t now = nowNs();
  histogramAdd(&counters.deliver, now > marker.dueNs ? now - marker.dueNs : 0);
  if (marker.stream == 'b') checkBroadcast(client, marker.sequence);
  else if (marker.stream == 'p') checkSequence(&client->lastPeer, marker.sequence);
  else if (marker.sequence <= client->lastTargeted) counters.duplicates++;
  /* Targeted pushes go now to these, now to others: a number that is left out was not for this client. */
  else client->lastTargeted = marker.sequence;
}

void clientAnswered(Client *client, MessageKind kind, unsigned status, uint64_t dueNs, Buffer *out) {
  char name[16];
  Outgoing *outgoing = &client->outgoing[kind];
  /* An answer that nobody waits for. */
  if (outgoing->open == 0) {
    countNamed(&counters.answers[kind], "unexpected", 1);
    return;
  }
  outgoing->open--;
  outgoing->openDueNs ^= dueNs;
  if (outgoing->open == 0 && outgoing->openDueNs != 0) {
    /* One message has two answers, and another none. */
    countNamed(&counters.answers[kind], "unexpected", 1);
    outgoing->openDueNs = 0;
  }
  openMessages[kind]--;
  if (status == 0) outgoing->accepted++;
  snprintf(name, sizeof name, "%u", status);
  countNamed(&counters.answers[kind], name, 1);
  uint64_t now = nowNs();
  histogramAdd(&counters.answer[kind], now > dueNs ? now - dueNs : 0);
  sendWhatIsDue(client, out);
}

void clientPonged(Client *client) {
  counters.pongs++;
  /* An answer that nobody waits for. */
  if (client->openPings == 0) return;
  client->openPings--;
  clients.openPings--;
}
