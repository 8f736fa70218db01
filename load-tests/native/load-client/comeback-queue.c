#include "comeback-queue.h"

#include "../shared/buffer.h"
#include "../shared/clock.h"

typedef struct {
  uint64_t dueNs;
  uint32_t number;
} Entry;

static Entry *heap;
static uint32_t count, room;

void queueComeback(uint32_t number, uint64_t dueNs) {
  if (count == room) {
    room = room == 0 ? 1024 : room * 2;
    heap = reallocate(heap, room * sizeof *heap);
  }
  uint32_t place = count++;
  for (; place > 0 && heap[(place - 1) / 2].dueNs > dueNs; place = (place - 1) / 2) heap[place] = heap[(place - 1) / 2];
  heap[place] = (Entry){dueNs, number};
}

uint64_t nextComeback(void) {
  return count == 0 ? NEVER : heap[0].dueNs;
}

bool takeComeback(uint64_t now, uint32_t *number) {
  if (count == 0 || heap[0].dueNs > now) return false;
  *number = heap[0].number;
  Entry last = heap[--count];
  uint32_t place = 0;
  for (;;) {
    uint32_t child = 2 * place + 1;
    if (child >= count) break;
    if (child + 1 < count && heap[child + 1].dueNs < heap[child].dueNs) child++;
    if (heap[child].dueNs >= last.dueNs) break;
    heap[place] = heap[child];
    place = child;
  }
  heap[place] = last;
  return true;
}
