#ifndef LONGWIRE_COMEBACK_QUEUE_H
#define LONGWIRE_COMEBACK_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

/* Clients that wait to come back, the earliest first: a binary heap. A client is in it at most once. */
void queueComeback(uint32_t number, uint64_t dueNs);
/* When the earliest is due; NEVER when nobody waits. */
uint64_t nextComeback(void);
/* Takes the earliest, if it is due by then. */
bool takeComeback(uint64_t now, uint32_t *number);

#endif
