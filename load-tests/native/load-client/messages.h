#ifndef LONGWIRE_MESSAGES_H
#define LONGWIRE_MESSAGES_H

#include <stdint.h>

#include "client-file.h"
#include "client.h"

/* A run of messages at an even rate over all senders: the first `senders` clients, in turn. */
typedef struct {
  double perSecond, seconds;
  uint32_t payloadBytes, senders;
  ClientLines recipients; /* SEND: client i sends to line i. Taken over. */
  char *publishKind;      /* PUBLISH. Taken over, from malloc. */
} MessageRun;

/* Messages without an answer yet. */
extern uint64_t openMessages[MESSAGE_KINDS];

/* Takes the place of the run before; what of that was due and not sent is counted as `dropped`. */
void startMessages(MessageKind kind, MessageRun run);
/* How many are not sent yet: not due, or their senders have too many open, or are away. */
uint64_t waitingMessages(MessageKind kind);
/* Writes what the client has due and may send. */
void sendWhatIsDue(Client *client, Buffer *out);

/* Does what is due and answers when there is more. */
uint64_t sendMessages(uint64_t now);

#endif
