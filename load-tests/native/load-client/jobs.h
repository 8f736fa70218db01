#ifndef LONGWIRE_JOBS_H
#define LONGWIRE_JOBS_H

#include <stdbool.h>
#include <stdint.h>

#include "client.h"

/* What goes on for a while: connecting, heartbeats, churn. Sending is in messages.h. */

/* Connects everyone who is away: so many a second, 0 for as fast as it goes, and so many at most without an answer. */
void startConnecting(double perSecond, uint32_t concurrency);
/* Each client pings once in so many seconds, taking turns. 0: none does. */
void startHeartbeats(double seconds);
/* Connects, signs in and leaves so many times, clients in turn. */
void startChurn(uint64_t cycles, uint32_t concurrency);
/* A cycle is over, well or not. */
void churnEnded(Client *client);
/* Leaves as an application does that is done. */
void churnLeave(Client *client);
/* Ends this share of the connections without goodbye, evenly over all. Answers how many. */
uint32_t cutConnections(double share);

/* Does what is due and answers when there is more. */
uint64_t doJobs(uint64_t now);

#endif
