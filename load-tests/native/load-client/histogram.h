#ifndef LONGWIRE_HISTOGRAM_H
#define LONGWIRE_HISTOGRAM_H

#include <stdint.h>

#include "../shared/buffer.h"

/* Buckets as wide as 1/128 of what they hold, so a value is known to 0.8 %; up to 2^32 us (71 minutes), above which all share the last. */
#define HISTOGRAM_HALF 128
#define HISTOGRAM_BUCKETS (HISTOGRAM_HALF * 26)

typedef struct {
  uint32_t counts[HISTOGRAM_BUCKETS];
} Histogram;

void histogramAdd(Histogram *histogram, uint64_t durationNs);
/* [[upperMicroseconds,count],…], empty buckets left out. */
void histogramPrint(const Histogram *histogram, Buffer *buffer);

#endif
