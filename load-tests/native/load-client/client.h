#ifndef LONGWIRE_CLIENT_H
#define LONGWIRE_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "counters.h"

/* Bytes that wait for the rest of a frame, or for room in the socket. */
typedef struct {
  uint32_t length;
  uint8_t bytes[];
} KeptBytes;

typedef enum {
  AWAY,       /* not connected, and nothing will change that but a command */
  WAITING,    /* not connected, comes back by a timer */
  CONNECTING, /* TCP */
  LOGGING_IN,
  CONNECTED,
} ClientState;

/* What it has sent of one kind. */
typedef struct {
  uint32_t sequence;  /* of its last message */
  uint32_t sentInJob; /* by the command that runs now */
  uint32_t accepted;  /* answered with status 0 */
  uint16_t open;      /* not answered yet */
  uint64_t openDueNs; /* of these, when each was due, by exclusive or: 0 where each answer was for another message */
} Outgoing;

/* Kept small, there are 19,900 of them. */
typedef struct {
  const char *id; /* into the mapped file, as is the token */
  const char *token;
  KeptBytes *partial; /* the beginning of a frame, NULL most of the time */
  KeptBytes *pending; /* what the socket did not take, NULL most of the time */
  void *own;          /* the protocol's, from malloc; freed with the connection */
  uint64_t intendedNs; /* when the connection was meant to be opened */
  uint64_t startedNs;  /* when it was */
  int descriptor;      /* -1: none */
  uint32_t previousLogin, nextLogin; /* in the list of logins that are not answered */
  uint32_t maxFrameBytes;
  uint32_t lastBroadcast, lastTargeted, lastPeer; /* sequences that came */
  uint64_t missedBroadcasts; /* of the 64 before the last: bit 0 is the one just before it */
  Outgoing outgoing[MESSAGE_KINDS];
  uint16_t idLength, tokenLength;
  uint16_t address, source; /* numbers in tables */
  uint16_t maxInFlight;
  uint16_t openPings; /* not answered yet */
  uint8_t state;
  bool isChurning; /* leaves as soon as it is signed in */
} Client;

typedef struct {
  Client *list;
  uint32_t count;
  uint32_t connecting; /* CONNECTING and LOGGING_IN */
  uint32_t connected;
  uint32_t openPings;  /* of all together */
} Clients;

extern Clients clients;

static inline uint32_t clientNumber(const Client *client) {
  return (uint32_t)(client - clients.list);
}

#endif
