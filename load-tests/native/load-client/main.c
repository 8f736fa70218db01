/* Up to 19,900 clients in one process and one thread, told by lines on stdin what to do: README.md. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../shared/clock.h"
#include "../shared/event-loop.h"
#include "client.h"
#include "commands.h"
#include "connection.h"
#include "departure.h"
#include "jobs.h"
#include "messages.h"
#include "protocol.h"
#include "random.h"

Clients clients;

static void onEvent(uint32_t number, uint32_t events) {
  connectionEvent(&clients.list[number], events);
}

static uint64_t onTurn(uint64_t now) {
  uint64_t nextNs = earlierOf(doJobs(now), sendMessages(now));
  return earlierOf(earlierOf(nextNs, comeBack(now)), failLateLogins(now));
}

/* The arguments after the protocol's name are its own. */
static int configure(int count, char **values) {
  static char line[1024];
  Arguments arguments;
  for (int index = 1; index < count; index++) {
    if (strlen(line) + strlen(values[index]) + 2 > sizeof line) break;
    strcat(strcat(line, values[index]), " ");
  }
  argumentsParse(&arguments, line);
  if (protocol->configure != NULL) protocol->configure(&arguments);
  if (argumentsAreGood(&arguments)) return 0;
  fprintf(stderr, "%s\n", arguments.problem);
  return 2;
}

int main(int count, char **values) {
  static const LoopHandlers handlers = {onEvent, obeyCommand, onTurn};
  protocol = count < 2 ? NULL : findProtocol(values[1]);
  if (protocol == NULL) {
    fprintf(stderr, "usage: %s PROTOCOL [KEY=VALUE …]\n", values[0]);
    return 2;
  }
  randomSeed(nowNs() ^ (uint64_t)getpid() << 32);
  int problem = configure(count, values);
  return problem != 0 ? problem : runLoop(&handlers);
}
