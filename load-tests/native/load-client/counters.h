#ifndef LONGWIRE_COUNTERS_H
#define LONGWIRE_COUNTERS_H

#include <stdint.h>

#include "histogram.h"

/* Counts by name: a few names, known only as they come. */
#define MAX_NAMES 64
#define MAX_NAME_BYTES 32

typedef struct {
  int count;
  struct {
    char name[MAX_NAME_BYTES];
    uint64_t value;
  } list[MAX_NAMES];
} NamedCounters;

/* What a client sends by itself: the two kinds differ in the frame alone. */
typedef enum { SEND, PUBLISH, MESSAGE_KINDS } MessageKind;

/* Since the last `reset`. */
typedef struct {
  uint64_t logins, loginFailures, reconnects, churned, cut;
  /* When a login was answered first and last; 0: none was. */
  uint64_t firstLoginNs, lastLoginNs;
  uint64_t delivered, unmarked, duplicates, gaps, acknowledged;
  uint64_t sent[MESSAGE_KINDS];
  uint64_t pings, pongs, bytesIn, bytesOut;
  NamedCounters closed, failures, answers[MESSAGE_KINDS];
  Histogram login, deliver, answer[MESSAGE_KINDS];
} Counters;

extern Counters counters;

void countNamed(NamedCounters *named, const char *name, uint64_t by);
/* {"name":value,…} */
void namedCountersPrint(const NamedCounters *named, Buffer *buffer);

#endif
