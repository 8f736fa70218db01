#include "event-loop.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "clock.h"

#define EVENTS_PER_TURN 512
#define STDIN_NUMBER UINT32_MAX
#define MAX_LINE_BYTES 65536

static int epollDescriptor = -1;

int watch(int descriptor, uint32_t number, uint32_t events) {
  struct epoll_event event = {.events = events, .data.u32 = number};
  if (epollDescriptor < 0) epollDescriptor = epoll_create1(EPOLL_CLOEXEC);
  return epoll_ctl(epollDescriptor, EPOLL_CTL_ADD, descriptor, &event) == 0;
}

/* To the microsecond: epoll_wait alone knows milliseconds, which would make every paced message half of one late. */
static int waitForEvents(struct epoll_event *events, uint64_t dueNs) {
  if (dueNs == NEVER) return epoll_wait(epollDescriptor, events, EVENTS_PER_TURN, -1);
  uint64_t now = nowNs();
  uint64_t waitNs = dueNs > now ? dueNs - now : 0;
  struct timespec timeout = {(time_t)(waitNs / NS_PER_SECOND), (long)(waitNs % NS_PER_SECOND)};
  int count = epoll_pwait2(epollDescriptor, events, EVENTS_PER_TURN, &timeout, NULL);
  if (count >= 0 || errno != ENOSYS) return count;
  return epoll_wait(epollDescriptor, events, EVENTS_PER_TURN, (int)(waitNs / NS_PER_MS) + (waitNs > 0));
}

static bool writeAll(const Buffer *buffer) {
  for (size_t written = 0; written < buffer->length;) {
    ssize_t count = write(STDOUT_FILENO, buffer->bytes + written, buffer->length - written);
    if (count < 0 && errno != EINTR) return false;
    if (count > 0) written += (size_t)count;
  }
  return true;
}

static bool obey(const LoopHandlers *handlers, char *line) {
  static Buffer answer;
  Arguments arguments;
  answer.length = 0;
  argumentsParse(&arguments, line);
  if (arguments.problem[0] == '\0') handlers->onCommand(&arguments, &answer);
  if (arguments.problem[0] != '\0') {
    answer.length = 0;
    bufferPrint(&answer, "{\"error\":");
    bufferPrintJsonString(&answer, arguments.problem);
    bufferPrint(&answer, "}");
  }
  bufferAppendByte(&answer, '\n');
  return writeAll(&answer);
}

/* Reads what is there and obeys each whole line. False when there will be no more. */
static bool readCommands(const LoopHandlers *handlers) {
  static char lines[MAX_LINE_BYTES];
  static size_t length = 0;
  ssize_t count = read(STDIN_FILENO, lines + length, sizeof lines - length);
  if (count < 0) return errno == EINTR || errno == EAGAIN;
  if (count == 0) return false;
  length += (size_t)count;
  char *line = lines;
  for (char *end; (end = memchr(line, '\n', length - (size_t)(line - lines))) != NULL; line = end + 1) {
    *end = '\0';
    if (!obey(handlers, line)) return false;
  }
  length -= (size_t)(line - lines);
  memmove(lines, line, length);
  if (length < sizeof lines) return true;
  fprintf(stderr, "a command is longer than %d bytes\n", MAX_LINE_BYTES);
  return false;
}

int runLoop(const LoopHandlers *handlers) {
  static struct epoll_event events[EVENTS_PER_TURN];
  signal(SIGPIPE, SIG_IGN);
  if (!watch(STDIN_FILENO, STDIN_NUMBER, EPOLLIN)) {
    fprintf(stderr, "commands are read from stdin, which must be a pipe: %s\n", strerror(errno));
    return 2;
  }
  uint64_t dueNs = NEVER;
  for (;;) {
    int count = waitForEvents(events, dueNs);
    if (count < 0 && errno != EINTR) {
      perror("epoll_wait");
      return 1;
    }
    bool hasCommands = false;
    for (int index = 0; index < count; index++) {
      if (events[index].data.u32 == STDIN_NUMBER) hasCommands = true;
      else handlers->onEvent(events[index].data.u32, events[index].events);
    }
    /* After the events: so no descriptor is opened between two events of one round, and none is taken for another. */
    if (hasCommands && !readCommands(handlers)) return 0;
    dueNs = handlers->onTurn(nowNs());
  }
}
