#include "messages.h"

#include <stdlib.h>
#include <string.h>

#include "../shared/marker.h"
#include "connection.h"
#include "pacer.h"
#include "protocol.h"

#define SLICE 128

/* done of the pacer counts the turns that were given; sent what has left. A turn of a client that cannot send now is owed to it. */
typedef struct {
  MessageRun wanted;
  Pacer pacer;
  uint64_t total, sent;
} Run;

static const char streams[MESSAGE_KINDS] = {[SEND] = 'p', [PUBLISH] = 'u'};
static Run runs[MESSAGE_KINDS];
uint64_t openMessages[MESSAGE_KINDS];

uint64_t waitingMessages(MessageKind kind) {
  return runs[kind].total - runs[kind].sent;
}

void startMessages(MessageKind kind, MessageRun wanted) {
  Run *run = &runs[kind];
  if (waitingMessages(kind) > 0) countNamed(&counters.answers[kind], "dropped", waitingMessages(kind));
  free(run->wanted.recipients.list);
  free(run->wanted.publishKind);
  for (uint32_t number = 0; number < clients.count; number++) clients.list[number].outgoing[kind].sentInJob = 0;
  *run = (Run){
    .wanted = wanted,
    .pacer = {.startNs = nowNs(), .perSecond = wanted.perSecond},
    .total = (uint64_t)(wanted.perSecond * wanted.seconds + 0.5),
  };
}

static bool mayHaveMoreOpen(const Client *client) {
  return !protocol->answers || client->outgoing[SEND].open + client->outgoing[PUBLISH].open < client->maxInFlight;
}

static void writeMessage(Client *client, MessageKind kind, uint64_t dueNs, Buffer *out) {
  static Buffer payload;
  const Run *run = &runs[kind];
  Outgoing *outgoing = &client->outgoing[kind];
  Marker marker = {.stream = streams[kind], .sequence = ++outgoing->sequence, .dueNs = dueNs};
  payload.length = 0;
  markerAppendPayload(&payload, &marker, run->wanted.payloadBytes);
  Message message = {
    .kind = kind,
    .payload = payload.bytes,
    .payloadLength = payload.length,
    .sequence = marker.sequence,
    .dueNs = dueNs,
  };
  if (kind == SEND) {
    const ClientLine *recipient = &run->wanted.recipients.list[clientNumber(client)];
    message.target = recipient->id;
    message.targetLength = recipient->idLength;
  } else {
    message.target = run->wanted.publishKind;
    message.targetLength = strlen(run->wanted.publishKind);
  }
  protocol->send(client, &message, out);
}

/* A client's nth message is the run's message number n * senders + client: so what it is owed needs no list. */
static void sendOwed(Client *client, MessageKind kind, Buffer *out) {
  Run *run = &runs[kind];
  Outgoing *outgoing = &client->outgoing[kind];
  uint32_t number = clientNumber(client);
  if (number >= run->wanted.senders) return;
  for (;;) {
    uint64_t turn = (uint64_t)outgoing->sentInJob * run->wanted.senders + number;
    if (turn >= run->pacer.done || !mayHaveMoreOpen(client)) return;
    writeMessage(client, kind, pacerDueOf(&run->pacer, turn), out);
    outgoing->sentInJob++;
    run->sent++;
    counters.sent[kind]++;
    if (!protocol->answers) continue;
    outgoing->open++;
    outgoing->openDueNs ^= pacerDueOf(&run->pacer, turn);
    openMessages[kind]++;
  }
}

void sendWhatIsDue(Client *client, Buffer *out) {
  if (client->state != CONNECTED) return;
  for (MessageKind kind = 0; kind < MESSAGE_KINDS; kind++) sendOwed(client, kind, out);
}

static uint64_t sendSome(Run *run, uint64_t now) {
  for (int sent = 0; sent < SLICE; sent++) {
    if (run->pacer.done == run->total) return NEVER;
    uint64_t dueNs = pacerDue(&run->pacer);
    if (dueNs > now) return dueNs;
    Client *client = &clients.list[run->pacer.done++ % run->wanted.senders];
    sendWhatIsDue(client, connectionOut());
    flushConnection(client);
  }
  return now;
}

uint64_t sendMessages(uint64_t now) {
  uint64_t nextNs = NEVER;
  for (MessageKind kind = 0; kind < MESSAGE_KINDS; kind++) nextNs = earlierOf(nextNs, sendSome(&runs[kind], now));
  return nextNs;
}
