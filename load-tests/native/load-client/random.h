#ifndef LONGWIRE_RANDOM_H
#define LONGWIRE_RANDOM_H

#include <stdint.h>

/* xorshift64* (Vigna, "An experimental exploration of Marsaglia's xorshift generators, scrambled", 2016): not for secrets. */
void randomSeed(uint64_t seed);
/* 0 to below 1. */
double randomFraction(void);
/* 0 to below the limit, which is not 0. */
uint32_t randomBelow(uint32_t limit);

#endif
