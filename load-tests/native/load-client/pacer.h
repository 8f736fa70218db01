#ifndef LONGWIRE_PACER_H
#define LONGWIRE_PACER_H

#include <stdint.h>

#include "../shared/clock.h"

/*
 * Says when the next of a row of things is due, at an even rate from a start. It never forgives lateness: who was held up is given all
 * that was due meanwhile, each with the time at which it was meant to be, so that a stall shows in every latency that it caused.
 */
typedef struct {
  uint64_t startNs;
  double perSecond;
  uint64_t done;
} Pacer;

static inline uint64_t pacerDueOf(const Pacer *pacer, uint64_t number) {
  return pacer->startNs + (uint64_t)((double)number * 1e9 / pacer->perSecond);
}

static inline uint64_t pacerDue(const Pacer *pacer) {
  return pacerDueOf(pacer, pacer->done);
}

#endif
