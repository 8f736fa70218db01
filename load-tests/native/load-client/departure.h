#ifndef LONGWIRE_DEPARTURE_H
#define LONGWIRE_DEPARTURE_H

#include <stdint.h>

#include "client.h"

/* How connections end, and how clients come back. */

/* A system call said no, for example as it connected. */
void connectionFailed(Client *client, int error);
/* This side ends it. */
void clientLeft(Client *client);

/* From now on clients come back by themselves, after minMs to maxMs. */
typedef struct {
  int isOn;
  double minMs, maxMs;
  uint16_t *addresses; /* none: to the server that it was at */
  int addressCount;
} Comeback;

/* Takes over the list of addresses. Turned off, those that wait stay away. */
void setComeback(Comeback wanted);
/* Opens the connections that are due and answers when the next is. */
uint64_t comeBack(uint64_t now);

#endif
