#include "marker.h"

#include <inttypes.h>
#include <string.h>

#define PADDING '.'

/* Reads decimal digits up to `end` and the byte after them. Answers where it stopped, NULL when that is not what stands there. */
static const uint8_t *readNumber(const uint8_t *at, const uint8_t *limit, char end, uint64_t *number) {
  const uint8_t *start = at;
  uint64_t value = 0;
  for (; at < limit && *at >= '0' && *at <= '9'; at++) {
    if (value > (UINT64_MAX - 9) / 10) return NULL;
    value = value * 10 + (uint64_t)(*at - '0');
  }
  if (at == start || at == limit || *at != (uint8_t)end) return NULL;
  *number = value;
  return at + 1;
}

static bool readAt(const uint8_t *at, const uint8_t *limit, Marker *marker) {
  if (limit - at < 3 || strchr("btpu", at[1]) == NULL || at[1] == '\0' || at[2] != ':') return false;
  uint64_t sequence;
  const uint8_t *next = readNumber(at + 3, limit, ':', &sequence);
  if (next == NULL || sequence > UINT32_MAX || readNumber(next, limit, '#', &marker->dueNs) == NULL) return false;
  marker->stream = (char)at[1];
  marker->sequence = (uint32_t)sequence;
  return true;
}

bool markerFind(const uint8_t *payload, size_t length, Marker *marker) {
  const uint8_t *limit = payload + length;
  for (const uint8_t *at = payload; at < limit; at++) {
    at = memchr(at, '#', (size_t)(limit - at));
    if (at == NULL) return false;
    if (readAt(at, limit, marker)) return true;
  }
  return false;
}

void markerAppendPayload(Buffer *buffer, const Marker *marker, size_t length) {
  size_t start = buffer->length;
  bufferPrint(buffer, "#%c:%" PRIu32 ":%" PRIu64 "#", marker->stream, marker->sequence, marker->dueNs);
  size_t written = buffer->length - start;
  if (written < length) memset(bufferExtend(buffer, length - written), PADDING, length - written);
}
