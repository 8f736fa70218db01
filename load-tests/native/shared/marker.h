#ifndef LONGWIRE_MARKER_H
#define LONGWIRE_MARKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buffer.h"

/* What every payload of a load run holds, anywhere in it, as text: #<stream>:<sequence>:<dueNs># */
typedef struct {
  char stream; /* b: to everyone, t: targeted, p: client to client, u: upstream */
  uint32_t sequence;
  uint64_t dueNs; /* When it was meant to be sent, CLOCK_MONOTONIC. */
} Marker;

/* Whether there is one in the payload. */
bool markerFind(const uint8_t *payload, size_t length, Marker *marker);

/* A payload of `length` bytes that begins with the marker; longer only when the marker is. Plain ASCII without quotes. */
void markerAppendPayload(Buffer *buffer, const Marker *marker, size_t length);

#endif
