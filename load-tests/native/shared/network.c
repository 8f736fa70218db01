#include "network.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

bool parseSource(const char *text, struct sockaddr_in *address) {
  *address = (struct sockaddr_in){.sin_family = AF_INET};
  return inet_pton(AF_INET, text, &address->sin_addr) == 1;
}

bool parseAddress(const char *text, struct sockaddr_in *address) {
  char ip[INET_ADDRSTRLEN];
  const char *colon = strrchr(text, ':');
  if (colon == NULL || colon[1] < '0' || colon[1] > '9' || (size_t)(colon - text) >= sizeof ip) return false;
  memcpy(ip, text, (size_t)(colon - text));
  ip[colon - text] = '\0';
  char *end;
  unsigned long port = strtoul(colon + 1, &end, 10);
  if (*end != '\0' || port > 65535 || !parseSource(ip, address)) return false;
  address->sin_port = htons((uint16_t)port);
  return true;
}

unsigned long raiseOpenFiles(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  getrlimit(RLIMIT_NOFILE, &limit);
  return limit.rlim_cur;
}
