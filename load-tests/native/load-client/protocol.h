#ifndef LONGWIRE_PROTOCOL_H
#define LONGWIRE_PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../shared/arguments.h"
#include "../shared/buffer.h"
#include "client.h"
#include "counters.h"

/* What a client sends by itself. */
typedef struct {
  MessageKind kind;
  const char *target; /* SEND: id of the recipient. PUBLISH: the kind of the message. */
  size_t targetLength;
  const uint8_t *payload;
  size_t payloadLength;
  uint32_t sequence; /* of this client and kind, from 1 */
  uint64_t dueNs;
} Message;

#define TAKE_MALFORMED (-1)

/*
 * A protocol turns bytes into events (events.h) and wishes into bytes. It never sees a socket: what it appends to `out` is sent when it
 * returns. Functions may be NULL where the protocol has no such thing.
 */
typedef struct {
  const char *name;
  /* Whether each SEND and PUBLISH is answered: then clientAnswered is called for each, and what a client may have open is bounded. */
  bool answers;
  /* Arguments of the command line, key=value, after the protocol's name. */
  void (*configure)(Arguments *arguments);
  /* The TCP connection stands: says what the client says first. Without this function the client is signed in as it connects. */
  void (*login)(Client *client, Buffer *out);
  /*
   * Takes one frame from the beginning of `bytes` and answers its length; 0 when it is not whole yet, TAKE_MALFORMED when it is none.
   * Calls the events that it means.
   */
  ptrdiff_t (*take)(Client *client, const uint8_t *bytes, size_t length, Buffer *out);
  /* All frames of one read have been taken: time for what is better said once for all. */
  void (*endOfRead)(Client *client, Buffer *out);
  void (*ping)(Client *client, Buffer *out);
  void (*send)(Client *client, const Message *message, Buffer *out);
  /* A goodbye; the socket is closed after it. */
  void (*leave)(Client *client, Buffer *out);
} Protocol;

/* NULL for a name that no protocol has. */
const Protocol *findProtocol(const char *name);
/* The one that this process speaks. */
extern const Protocol *protocol;
/* Whether deliveries that ask for it are to be acknowledged. */
extern bool acknowledges;

#endif
