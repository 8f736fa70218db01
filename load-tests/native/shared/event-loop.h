#ifndef LONGWIRE_EVENT_LOOP_H
#define LONGWIRE_EVENT_LOOP_H

#include <stdint.h>

#include "arguments.h"
#include "buffer.h"

/* What a program does; all in one thread. */
typedef struct {
  /* Something happened (EPOLLIN and the like) on the descriptor that was watched under this number. */
  void (*onEvent)(uint32_t number, uint32_t events);
  /* A line came on stdin. `answer` gets one JSON value; with a problem in the arguments the loop answers {"error": …} instead. */
  void (*onCommand)(Arguments *arguments, Buffer *answer);
  /* Does what is due and answers when it wants to be called next, NEVER if nothing is to come. Is called after all events, too. */
  uint64_t (*onTurn)(uint64_t now);
} LoopHandlers;

/* Runs until stdin ends. Answers the exit code of the program. */
int runLoop(const LoopHandlers *handlers);
/* Watches a descriptor until it is closed. False, with errno, when that is not possible. */
int watch(int descriptor, uint32_t number, uint32_t events);

#endif
