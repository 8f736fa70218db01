#include <string.h>

#include "protocol.h"

extern const Protocol bareProtocol, longwireProtocol, mqttProtocol, natsProtocol, socketioProtocol, websocketProtocol;

static const Protocol *const protocols[] = {
  &bareProtocol, &longwireProtocol, &mqttProtocol, &natsProtocol, &socketioProtocol, &websocketProtocol,
};

const Protocol *protocol;
bool acknowledges = true;

const Protocol *findProtocol(const char *name) {
  for (size_t index = 0; index < sizeof protocols / sizeof protocols[0]; index++) {
    if (strcmp(protocols[index]->name, name) == 0) return protocols[index];
  }
  return NULL;
}
