#ifndef LONGWIRE_NETWORK_H
#define LONGWIRE_NETWORK_H

#include <netinet/in.h>
#include <stdbool.h>

/* `IP:PORT`, IPv4. */
bool parseAddress(const char *text, struct sockaddr_in *address);
/* `IP`, IPv4; the port is left to the kernel. */
bool parseSource(const char *text, struct sockaddr_in *address);
/* Raises the limit of open files as far as this process may, and answers it. */
unsigned long raiseOpenFiles(void);

#endif
