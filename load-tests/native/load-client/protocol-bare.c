/*
 * No protocol: connects, and what comes is cut into frames of one size. So a bare server, which only writes, is read by the same program
 * as a real one. Argument: frameBytes=N.
 */
#include "events.h"
#include "protocol.h"

#define MAX_FRAME_BYTES 65536

static size_t frameBytes;

static void configure(Arguments *arguments) {
  frameBytes = (size_t)argumentNumber(arguments, "frameBytes", 1, MAX_FRAME_BYTES);
}

static ptrdiff_t take(Client *client, const uint8_t *bytes, size_t length, Buffer *out) {
  (void)out;
  if (length < frameBytes) return 0;
  clientDelivered(client, bytes, frameBytes);
  return (ptrdiff_t)frameBytes;
}

const Protocol bareProtocol = {.name = "bare", .configure = configure, .take = take};
