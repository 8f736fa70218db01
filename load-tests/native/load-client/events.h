#ifndef LONGWIRE_EVENTS_H
#define LONGWIRE_EVENTS_H

#include <stddef.h>

#include "../shared/buffer.h"
#include "client.h"

/* What a protocol tells about what came. After clientClosed the client has no connection any more: take must return at once. */

/* The server took the client in. `out` may get what waited for that. */
void clientLoggedIn(Client *client, Buffer *out);
/* The payload, or anything that holds it whole. */
void clientDelivered(Client *client, const uint8_t *payload, size_t length);
/* The answer to the message that was due then; the status is the protocol's number. */
void clientAnswered(Client *client, MessageKind kind, unsigned status, uint64_t dueNs, Buffer *out);
void clientPonged(Client *client);
/* The server ends the connection, for this reason; not to come back before, if ever. */
void clientClosed(Client *client, const char *reason, uint32_t retryAfterMs, bool staysAway);

#endif
