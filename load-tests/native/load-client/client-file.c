#include "client-file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../shared/buffer.h"

#define MAX_WORD_BYTES 8192

static const char *map(const char *path, size_t *size) {
  int file = open(path, O_RDONLY | O_CLOEXEC);
  struct stat status;
  const char *bytes = NULL;
  if (file < 0) return NULL;
  if (fstat(file, &status) == 0 && status.st_size > 0) {
    void *mapped = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, file, 0);
    if (mapped != MAP_FAILED) bytes = mapped;
    *size = (size_t)status.st_size;
  } else {
    errno = ENODATA;
  }
  close(file);
  return bytes;
}

static const char *endOf(const char *at, const char *limit, const char *stops) {
  while (at < limit && strchr(stops, *at) == NULL) at++;
  return at;
}

/* One line, without its end. False when a word is too long. */
static int readLine(const char *at, const char *limit, ClientLine *line) {
  const char *idEnd = endOf(at, limit, " ");
  const char *token = idEnd < limit ? idEnd + 1 : limit;
  const char *tokenEnd = endOf(token, limit, " \r");
  if (idEnd - at > MAX_WORD_BYTES || tokenEnd - token > MAX_WORD_BYTES) return 0;
  *line = (ClientLine){.id = at, .token = token, .idLength = (uint16_t)(idEnd - at), .tokenLength = (uint16_t)(tokenEnd - token)};
  return 1;
}

int readClientFile(const char *path, ClientLines *lines, char *problem, size_t problemSize) {
  size_t size = 0;
  const char *bytes = map(path, &size);
  *lines = (ClientLines){0};
  if (bytes == NULL) {
    snprintf(problem, problemSize, "%s cannot be read: %s", path, strerror(errno));
    return 0;
  }
  const char *limit = bytes + size;
  uint32_t room = 0;
  for (const char *at = bytes, *end; at < limit; at = end + 1) {
    const char *newline = memchr(at, '\n', (size_t)(limit - at));
    end = newline == NULL ? limit : newline;
    if (end == at) continue;
    if (lines->count == room) {
      room = room == 0 ? 1024 : room * 2;
      lines->list = reallocate(lines->list, room * sizeof *lines->list);
    }
    if (!readLine(at, end, &lines->list[lines->count++])) {
      snprintf(problem, problemSize, "%s: a word is longer than %d bytes", path, MAX_WORD_BYTES);
      free(lines->list);
      return 0;
    }
  }
  return 1;
}
