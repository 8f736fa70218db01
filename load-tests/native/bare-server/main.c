/*
 * The floor of every server here: it accepts connections, holds them, and writes the same bytes to all, one call each. Told by lines
 * on stdin what to do: README.md.
 */
#include <errno.h>
#include <inttypes.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../shared/clock.h"
#include "../shared/event-loop.h"
#include "../shared/marker.h"
#include "../shared/network.h"

#define BACKLOG 4096
#define LISTENER_NUMBER (UINT32_MAX - 1)
/* How long one client may keep the others waiting by not reading. */
#define BLOCKED_DEADLINE_MS 30000

static int listener = -1;
/* Descriptors by number; -1 where one has gone. */
static Buffer connections;
static uint32_t held, everHeld;
static uint32_t sequence;

static int *connection(uint32_t number) {
  return (int *)(void *)connections.bytes + number;
}

static double cpuSeconds(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void drop(uint32_t number) {
  if (*connection(number) < 0) return;
  close(*connection(number));
  *connection(number) = -1;
  held--;
}

static void acceptAll(void) {
  static const int yes = 1;
  for (;;) {
    int descriptor = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor < 0) {
      if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED) fprintf(stderr, "accept: %s\n", strerror(errno));
      return;
    }
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    uint32_t number = everHeld++;
    memcpy(bufferExtend(&connections, sizeof descriptor), &descriptor, sizeof descriptor);
    held++;
    if (!watch(descriptor, number, EPOLLIN | EPOLLRDHUP)) drop(number);
  }
}

static void onEvent(uint32_t number, uint32_t events) {
  static uint8_t ignored[65536];
  (void)events;
  if (number == LISTENER_NUMBER) return acceptAll();
  ssize_t count = recv(*connection(number), ignored, sizeof ignored, 0);
  if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) drop(number);
}

static void commandListen(Arguments *arguments, Buffer *answer) {
  static const int yes = 1;
  struct sockaddr_in address;
  socklen_t size = sizeof address;
  const char *text = argumentText(arguments, "address");
  if (text != NULL && !parseAddress(text, &address)) argumentProblem(arguments, "%s is no IPv4 address with a port", text);
  if (listener >= 0) argumentProblem(arguments, "it listens already");
  if (!argumentsAreGood(arguments)) return;
  raiseOpenFiles();
  int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(descriptor, (struct sockaddr *)&address, size) != 0 || listen(descriptor, BACKLOG) != 0 ||
      getsockname(descriptor, (struct sockaddr *)&address, &size) != 0 || !watch(descriptor, LISTENER_NUMBER, EPOLLIN)) {
    argumentProblem(arguments, "%s: %s", text, strerror(errno));
    close(descriptor);
    return;
  }
  listener = descriptor;
  bufferPrint(answer, "{\"port\":%u}", ntohs(address.sin_port));
}

/* Writes all of it, waiting for a client that does not read. False when it is gone, or was waited for too long. */
static bool writeWhole(int descriptor, const Buffer *bytes, uint64_t *blocked) {
  for (size_t written = 0; written < bytes->length;) {
    ssize_t count = send(descriptor, bytes->bytes + written, bytes->length - written, MSG_NOSIGNAL);
    if (count >= 0) {
      written += (size_t)count;
      continue;
    }
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return false;
    struct pollfd wait = {.fd = descriptor, .events = POLLOUT};
    (*blocked)++;
    if (poll(&wait, 1, BLOCKED_DEADLINE_MS) <= 0) return false;
  }
  return true;
}

/* So many messages of a stream to everyone, one after the other in `bytes`: each due now. */
static void nextMessages(Buffer *bytes, uint32_t messages, size_t messageBytes) {
  bytes->length = 0;
  for (uint32_t index = 0; index < messages; index++) {
    Marker marker = {.stream = 'b', .sequence = ++sequence, .dueNs = nowNs()};
    markerAppendPayload(bytes, &marker, messageBytes);
  }
}

static void commandWrite(Arguments *arguments, Buffer *answer) {
  static Buffer bytes;
  size_t messageBytes = (size_t)argumentNumber(arguments, "bytes", 48, 65536);
  uint32_t batch = (uint32_t)argumentNumberOr(arguments, "batch", 1, 1000, 1);
  if (!argumentsAreGood(arguments)) return;
  uint64_t writes = 0, blocked = 0;
  nextMessages(&bytes, batch, messageBytes);
  for (uint32_t number = 0; number < everHeld; number++) {
    if (*connection(number) < 0) continue;
    if (writeWhole(*connection(number), &bytes, &blocked)) writes++;
    else drop(number);
  }
  bufferPrint(answer, "{\"connections\":%u,\"writes\":%" PRIu64 ",\"messages\":%" PRIu64 ",\"blocked\":%" PRIu64 "}", held, writes,
              writes * batch, blocked);
}

static void commandStats(Arguments *arguments, Buffer *answer) {
  if (!argumentsAreGood(arguments)) return;
  bufferPrint(answer, "{\"connections\":%u,\"cpuSeconds\":%.6f}", held, cpuSeconds());
}

static void onCommand(Arguments *arguments, Buffer *answer) {
  if (strcmp(arguments->word, "listen") == 0) commandListen(arguments, answer);
  else if (strcmp(arguments->word, "write") == 0) commandWrite(arguments, answer);
  else if (strcmp(arguments->word, "stats") == 0) commandStats(arguments, answer);
  else argumentProblem(arguments, "no such command: %s", arguments->word);
}

static uint64_t onTurn(uint64_t now) {
  (void)now;
  return NEVER;
}

int main(void) {
  static const LoopHandlers handlers = {onEvent, onCommand, onTurn};
  return runLoop(&handlers);
}
