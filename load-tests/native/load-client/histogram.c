#include "histogram.h"

#include <inttypes.h>
#include <stdbool.h>

#include "../shared/clock.h"

#define HALF_BITS 7

/*
 * Up to 2 * 128 us each microsecond has a bucket. From there each doubling has 128: the value is shifted right until its upper half
 * of 128 to 255 is left, and the number of shifts says which run of 128 that half counts in.
 */
static uint32_t bucketOf(uint64_t microseconds) {
  if (microseconds > UINT32_MAX) microseconds = UINT32_MAX;
  if (microseconds < 2 * HISTOGRAM_HALF) return (uint32_t)microseconds;
  int shifts = 63 - __builtin_clzll(microseconds) - HALF_BITS;
  return (uint32_t)(shifts * HISTOGRAM_HALF) + (uint32_t)(microseconds >> shifts);
}

/* The largest whole number of microseconds that the bucket takes. */
static uint64_t upperOf(uint32_t bucket) {
  if (bucket < 2 * HISTOGRAM_HALF) return bucket;
  uint32_t shifts = bucket / HISTOGRAM_HALF - 1;
  uint64_t half = bucket - shifts * HISTOGRAM_HALF;
  return ((half + 1) << shifts) - 1;
}

void histogramAdd(Histogram *histogram, uint64_t durationNs) {
  histogram->counts[bucketOf(durationNs / NS_PER_US)]++;
}

void histogramPrint(const Histogram *histogram, Buffer *buffer) {
  bool isFirst = true;
  bufferAppendByte(buffer, '[');
  for (uint32_t bucket = 0; bucket < HISTOGRAM_BUCKETS; bucket++) {
    if (histogram->counts[bucket] == 0) continue;
    bufferPrint(buffer, "%s[%" PRIu64 ",%" PRIu32 "]", isFirst ? "" : ",", upperOf(bucket), histogram->counts[bucket]);
    isFirst = false;
  }
  bufferAppendByte(buffer, ']');
}
