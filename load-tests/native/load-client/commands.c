#include "commands.h"

#include <stdlib.h>
#include <string.h>

#include "../shared/network.h"
#include "client-file.h"
#include "client.h"
#include "connection.h"
#include "departure.h"
#include "jobs.h"
#include "messages.h"
#include "protocol.h"

#define MAX_LISTED 4096
/* Descriptors that are not clients: stdin, stdout, stderr, epoll and what the program was started with. */
#define OTHER_FILES 32

/* Numbers of the addresses of a list with commas. A problem when one is none. */
static int parseList(Arguments *arguments, const char *key, int (*add)(const char *), uint16_t *numbers) {
  char *rest = NULL, *text = argumentText(arguments, key);
  int count = 0;
  if (text == NULL) return 0;
  for (char *item = strtok_r(text, ",", &rest); item != NULL; item = strtok_r(NULL, ",", &rest)) {
    int number = add(item);
    if (number < 0 || count == MAX_LISTED) argumentProblem(arguments, "%s: %s is no IPv4 address, or one too many", key, item);
    else numbers[count++] = (uint16_t)number;
  }
  if (count == 0) argumentProblem(arguments, "%s: no address", key);
  return count;
}

static void addLines(const ClientLines *lines, uint16_t address, const uint16_t *sources, int sourceCount) {
  clients.list = reallocate(clients.list, (clients.count + lines->count) * sizeof *clients.list);
  for (uint32_t index = 0; index < lines->count; index++) {
    const ClientLine *line = &lines->list[index];
    clients.list[clients.count++] = (Client){
      .id = line->id,
      .token = line->token,
      .idLength = line->idLength,
      .tokenLength = line->tokenLength,
      .address = address,
      .source = sources[index % (uint32_t)sourceCount],
      .descriptor = -1,
      .maxInFlight = UINT16_MAX,
      .maxFrameBytes = UINT32_MAX,
      .state = AWAY,
    };
  }
}

static bool readLines(Arguments *arguments, const char *path, ClientLines *lines) {
  char problem[200];
  if (readClientFile(path, lines, problem, sizeof problem)) return true;
  argumentProblem(arguments, "%s", problem);
  return false;
}

static void commandClients(Arguments *arguments, Buffer *answer) {
  uint16_t address[MAX_LISTED], sources[MAX_LISTED];
  ClientLines lines;
  const char *path = argumentText(arguments, "file");
  int addressCount = parseList(arguments, "address", addServerAddress, address);
  int sourceCount = parseList(arguments, "source", addSourceAddress, sources);
  if (addressCount > 1) argumentProblem(arguments, "clients: one address");
  if (!argumentsAreGood(arguments) || !readLines(arguments, path, &lines)) return;
  unsigned long openFiles = raiseOpenFiles();
  if (clients.count + lines.count + OTHER_FILES > openFiles) {
    argumentProblem(arguments, "%u clients need %u open files, and this process may have %lu (ulimit -n)", clients.count + lines.count,
                    clients.count + lines.count + OTHER_FILES, openFiles);
  } else {
    addLines(&lines, address[0], sources, sourceCount);
    bufferPrint(answer, "{\"clients\":%u}", clients.count);
  }
  free(lines.list);
}

static void commandConnect(Arguments *arguments, Buffer *answer) {
  double rate = argumentNumberOr(arguments, "rate", 0, 1e6, 0);
  double concurrency = argumentNumberOr(arguments, "concurrency", 1, 1e6, 100);
  if (!argumentsAreGood(arguments)) return;
  startConnecting(rate, (uint32_t)concurrency);
  bufferPrint(answer, "{}");
}

static void commandHeartbeat(Arguments *arguments, Buffer *answer) {
  double seconds = argumentNumber(arguments, "seconds", 0, 86400);
  if (!argumentsAreGood(arguments)) return;
  startHeartbeats(seconds);
  bufferPrint(answer, "{}");
}

static void commandReconnect(Arguments *arguments, Buffer *answer) {
  static uint16_t numbers[MAX_LISTED];
  Comeback comeback = {.isOn = !argumentIsGiven(arguments, "off")};
  if (comeback.isOn) {
    if (argumentIsGiven(arguments, "addresses")) comeback.addressCount = parseList(arguments, "addresses", addServerAddress, numbers);
    comeback.minMs = argumentNumber(arguments, "minMs", 0, 3.6e6);
    comeback.maxMs = argumentNumber(arguments, "maxMs", comeback.minMs, 3.6e6);
  }
  if (!argumentsAreGood(arguments)) return;
  comeback.addresses = allocate(sizeof numbers[0] * (size_t)(comeback.addressCount + 1));
  memcpy(comeback.addresses, numbers, sizeof numbers[0] * (size_t)comeback.addressCount);
  setComeback(comeback);
  bufferPrint(answer, "{}");
}

static void commandCut(Arguments *arguments, Buffer *answer) {
  double share = argumentNumberOr(arguments, "share", 0, 1, 1);
  if (!argumentsAreGood(arguments)) return;
  bufferPrint(answer, "{\"cut\":%u}", cutConnections(share));
}

static void commandChurn(Arguments *arguments, Buffer *answer) {
  double cycles = argumentNumber(arguments, "cycles", 1, 1e9);
  double concurrency = argumentNumberOr(arguments, "concurrency", 1, 1e6, 100);
  if (!argumentsAreGood(arguments)) return;
  startChurn((uint64_t)cycles, (uint32_t)concurrency);
  bufferPrint(answer, "{}");
}

static void commandMessages(MessageKind kind, Arguments *arguments, Buffer *answer) {
  MessageRun run = {
    .perSecond = argumentNumber(arguments, "rate", 0.001, 1e6),
    .seconds = argumentNumber(arguments, "seconds", 0, 86400),
    .payloadBytes = (uint32_t)argumentNumber(arguments, "bytes", 1, 262144),
    .senders = (uint32_t)argumentNumber(arguments, "senders", 1, 1e6),
  };
  const char *target = argumentText(arguments, kind == SEND ? "to" : "kind");
  if (protocol->send == NULL) argumentProblem(arguments, "%s has no messages of clients", protocol->name);
  if (run.senders > clients.count) argumentProblem(arguments, "%u senders, and %u clients", run.senders, clients.count);
  if (!argumentsAreGood(arguments)) return;
  if (kind == PUBLISH) {
    run.publishKind = strdup(target);
  } else {
    if (!readLines(arguments, target, &run.recipients)) return;
    if (run.recipients.count < run.senders) {
      argumentProblem(arguments, "%u senders, and %u recipients in %s", run.senders, run.recipients.count, target);
      return free(run.recipients.list);
    }
  }
  startMessages(kind, run);
  bufferPrint(answer, "{}");
}

static void commandSend(Arguments *arguments, Buffer *answer) {
  commandMessages(SEND, arguments, answer);
}

static void commandPublish(Arguments *arguments, Buffer *answer) {
  commandMessages(PUBLISH, arguments, answer);
}

static void commandAcknowledge(Arguments *arguments, Buffer *answer) {
  bool isOn = argumentIsGiven(arguments, "on"), isOff = argumentIsGiven(arguments, "off");
  if (isOn == isOff) argumentProblem(arguments, "acknowledge on, or acknowledge off");
  if (!argumentsAreGood(arguments)) return;
  acknowledges = isOn;
  bufferPrint(answer, "{}");
}

static void commandExpect(Arguments *arguments, Buffer *answer) {
  uint32_t broadcast = (uint32_t)argumentNumber(arguments, "broadcast", 0, UINT32_MAX);
  if (!argumentsAreGood(arguments)) return;
  for (uint32_t number = 0; number < clients.count; number++) {
    if (clients.list[number].state == CONNECTED) continue;
    clients.list[number].lastBroadcast = broadcast;
    clients.list[number].missedBroadcasts = 0;
  }
  bufferPrint(answer, "{}");
}

static void commandUnpair(Arguments *arguments, Buffer *answer) {
  if (!argumentsAreGood(arguments)) return;
  for (uint32_t number = 0; number < clients.count; number++) clients.list[number].outgoing[SEND].sequence = clients.list[number].lastPeer = 0;
  bufferPrint(answer, "{}");
}

static void commandPublishes(Arguments *arguments, Buffer *answer) {
  if (argumentsAreGood(arguments)) printPublishes(answer);
}

static void commandStats(Arguments *arguments, Buffer *answer) {
  if (argumentsAreGood(arguments)) printStats(answer);
}

static void commandCounts(Arguments *arguments, Buffer *answer) {
  if (argumentsAreGood(arguments)) printCounts(answer);
}

static void commandReset(Arguments *arguments, Buffer *answer) {
  if (!argumentsAreGood(arguments)) return;
  counters = (Counters){0};
  bufferPrint(answer, "{}");
}

static const struct {
  const char *word;
  void (*run)(Arguments *arguments, Buffer *answer);
} commands[] = {
  {"clients", commandClients}, {"connect", commandConnect}, {"heartbeat", commandHeartbeat},     {"reconnect", commandReconnect},
  {"cut", commandCut},         {"churn", commandChurn},     {"send", commandSend},               {"publish", commandPublish},
  {"stats", commandStats},     {"reset", commandReset},     {"acknowledge", commandAcknowledge},
  {"expect", commandExpect},   {"counts", commandCounts},   {"unpair", commandUnpair},           {"publishes", commandPublishes},
};

void obeyCommand(Arguments *arguments, Buffer *answer) {
  for (size_t index = 0; index < sizeof commands / sizeof commands[0]; index++) {
    if (strcmp(commands[index].word, arguments->word) == 0) return commands[index].run(arguments, answer);
  }
  argumentProblem(arguments, "no such command: %s", arguments->word);
}
