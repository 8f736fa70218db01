#include <inttypes.h>

#include "../shared/clock.h"
#include "client.h"
#include "commands.h"
#include "counters.h"
#include "messages.h"

static void printNumber(Buffer *answer, const char *name, uint64_t value) {
  bufferPrint(answer, "\"%s\":%" PRIu64 ",", name, value);
}

static void printNamed(Buffer *answer, const char *name, const NamedCounters *named) {
  bufferPrint(answer, "\"%s\":", name);
  namedCountersPrint(named, answer);
  bufferAppendByte(answer, ',');
}

static void printHistogram(Buffer *answer, const char *name, const Histogram *histogram, const char *end) {
  bufferPrint(answer, "\"%s\":", name);
  histogramPrint(histogram, answer);
  bufferPrint(answer, "%s", end);
}

/* Of those that are connected: how far the slowest and the fastest is. */
static void printLastBroadcast(Buffer *answer) {
  uint32_t least = UINT32_MAX, most = 0;
  for (uint32_t number = 0; number < clients.count; number++) {
    const Client *client = &clients.list[number];
    if (client->state != CONNECTED) continue;
    if (client->lastBroadcast < least) least = client->lastBroadcast;
    if (client->lastBroadcast > most) most = client->lastBroadcast;
  }
  if (least > most) least = most;
  bufferPrint(answer, "\"lastBroadcast\":{\"min\":%" PRIu32 ",\"max\":%" PRIu32 "},", least, most);
}

static void printMessages(Buffer *answer, MessageKind kind, const char *sent, const char *answers, const char *open, const char *waiting) {
  printNumber(answer, sent, counters.sent[kind]);
  printNamed(answer, answers, &counters.answers[kind]);
  printNumber(answer, open, openMessages[kind]);
  printNumber(answer, waiting, waitingMessages(kind));
}

static void printCounters(Buffer *answer) {
  printNumber(answer, "clients", clients.count);
  printNumber(answer, "connected", clients.connected);
  printNumber(answer, "connecting", clients.connecting);
  printNumber(answer, "logins", counters.logins);
  printNumber(answer, "loginFailures", counters.loginFailures);
  printNumber(answer, "firstLoginUs", counters.firstLoginNs / NS_PER_US);
  printNumber(answer, "lastLoginUs", counters.lastLoginNs / NS_PER_US);
  printNamed(answer, "failures", &counters.failures);
  printNamed(answer, "closed", &counters.closed);
  printNumber(answer, "cut", counters.cut);
  printNumber(answer, "reconnects", counters.reconnects);
  printNumber(answer, "churned", counters.churned);
  printNumber(answer, "delivered", counters.delivered);
  printNumber(answer, "unmarked", counters.unmarked);
  printNumber(answer, "duplicates", counters.duplicates);
  printNumber(answer, "gaps", counters.gaps);
  printLastBroadcast(answer);
  printNumber(answer, "acknowledged", counters.acknowledged);
  printMessages(answer, SEND, "sent", "sendAnswers", "sendsOpen", "sendsWaiting");
  printMessages(answer, PUBLISH, "published", "publishAnswers", "publishesOpen", "publishesWaiting");
  printNumber(answer, "pings", counters.pings);
  printNumber(answer, "pongs", counters.pongs);
  printNumber(answer, "pingsOpen", clients.openPings);
  printNumber(answer, "bytesIn", counters.bytesIn);
  bufferPrint(answer, "\"bytesOut\":%" PRIu64, counters.bytesOut);
}

void printCounts(Buffer *answer) {
  bufferAppendByte(answer, '{');
  printCounters(answer);
  bufferAppendByte(answer, '}');
}

void printPublishes(Buffer *answer) {
  bufferPrint(answer, "{\"published\":[");
  for (uint32_t number = 0; number < clients.count; number++)
    bufferPrint(answer, number == 0 ? "%" PRIu32 : ",%" PRIu32, clients.list[number].outgoing[PUBLISH].sequence);
  bufferPrint(answer, "],\"accepted\":[");
  for (uint32_t number = 0; number < clients.count; number++)
    bufferPrint(answer, number == 0 ? "%" PRIu32 : ",%" PRIu32, clients.list[number].outgoing[PUBLISH].accepted);
  bufferPrint(answer, "]}");
}

void printStats(Buffer *answer) {
  bufferAppendByte(answer, '{');
  printCounters(answer);
  bufferAppendByte(answer, ',');
  bufferPrint(answer, "\"histograms\":{");
  printHistogram(answer, "login", &counters.login, ",");
  printHistogram(answer, "deliver", &counters.deliver, ",");
  printHistogram(answer, "send", &counters.answer[SEND], ",");
  printHistogram(answer, "publish", &counters.answer[PUBLISH], "}}");
}
