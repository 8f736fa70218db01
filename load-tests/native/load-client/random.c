#include "random.h"

static uint64_t state = 1;

void randomSeed(uint64_t seed) {
  state = seed == 0 ? 1 : seed;
}

static uint64_t next(void) {
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  return state * 0x2545F4914F6CDD1Dull;
}

double randomFraction(void) {
  return (double)(next() >> 11) / 9007199254740992.0;
}

uint32_t randomBelow(uint32_t limit) {
  return (uint32_t)(((next() >> 32) * limit) >> 32);
}
