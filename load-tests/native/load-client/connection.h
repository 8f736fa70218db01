#ifndef LONGWIRE_CONNECTION_H
#define LONGWIRE_CONNECTION_H

#include <stdbool.h>
#include <stdint.h>

#include "../shared/buffer.h"
#include "client.h"

/* Tables of addresses that clients name by number. Each answers the number, which is the old one for an address that is known; -1 when full or wrong. */
int addServerAddress(const char *text);
int addSourceAddress(const char *text);

/* Opens a connection that was meant to be opened at that time. It may fail later: connectionFailed or clientClosed are called then. */
void openConnection(Client *client, uint64_t intendedNs);
/* What epoll said about its socket. */
void connectionEvent(Client *client, uint32_t events);
/* Where to put bytes for this client; they leave with flushConnection. One client at a time. */
Buffer *connectionOut(void);
/* Sends what is in connectionOut. May end the connection. */
void flushConnection(Client *client);
/* Ends it from this side: nobody is told. */
void dropConnection(Client *client);
/* Fails logins that have been unanswered for too long, and answers when it wants to be called next. */
uint64_t failLateLogins(uint64_t now);
/* Takes it from the list of unanswered logins. */
void loginIsAnswered(Client *client);

#endif
