#ifndef LONGWIRE_CLOCK_H
#define LONGWIRE_CLOCK_H

#include <stdint.h>
#include <time.h>

#define NS_PER_SECOND 1000000000ull
#define NS_PER_MS 1000000ull
#define NS_PER_US 1000ull
#define NEVER UINT64_MAX

/* CLOCK_MONOTONIC: what process.hrtime.bigint() answers in Node, so that times of both can be compared on one machine. */
static inline uint64_t nowNs(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * NS_PER_SECOND + (uint64_t)now.tv_nsec;
}

static inline uint64_t earlierOf(uint64_t a, uint64_t b) {
  return a < b ? a : b;
}

#endif
