#include "counters.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

Counters counters;

void countNamed(NamedCounters *named, const char *name, uint64_t by) {
  int index = 0;
  while (index < named->count && strcmp(named->list[index].name, name) != 0) index++;
  /* The last place is for all names that found none. */
  if (index == MAX_NAMES - 1) name = "other";
  if (index == named->count) {
    snprintf(named->list[index].name, MAX_NAME_BYTES, "%s", name);
    named->list[index].value = 0;
    named->count++;
  }
  named->list[index].value += by;
}

void namedCountersPrint(const NamedCounters *named, Buffer *buffer) {
  bufferAppendByte(buffer, '{');
  for (int index = 0; index < named->count; index++) {
    if (index > 0) bufferAppendByte(buffer, ',');
    bufferPrintJsonString(buffer, named->list[index].name);
    bufferPrint(buffer, ":%" PRIu64, named->list[index].value);
  }
  bufferAppendByte(buffer, '}');
}
