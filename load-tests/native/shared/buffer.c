#include "buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SMALLEST_CAPACITY 256

void *reallocate(void *pointer, size_t size) {
  void *moved = realloc(pointer, size);
  if (moved == NULL && size > 0) {
    fprintf(stderr, "out of memory: %zu bytes could not be had\n", size);
    exit(1);
  }
  return moved;
}

void *allocate(size_t size) {
  return reallocate(NULL, size);
}

static void reserve(Buffer *buffer, size_t length) {
  if (buffer->capacity - buffer->length >= length) return;
  size_t capacity = buffer->capacity < SMALLEST_CAPACITY ? SMALLEST_CAPACITY : buffer->capacity;
  while (capacity - buffer->length < length) capacity *= 2;
  buffer->bytes = reallocate(buffer->bytes, capacity);
  buffer->capacity = capacity;
}

uint8_t *bufferExtend(Buffer *buffer, size_t length) {
  reserve(buffer, length);
  uint8_t *place = buffer->bytes + buffer->length;
  buffer->length += length;
  return place;
}

void bufferAppend(Buffer *buffer, const void *bytes, size_t length) {
  if (length > 0) memcpy(bufferExtend(buffer, length), bytes, length);
}

void bufferAppendByte(Buffer *buffer, uint8_t byte) {
  *bufferExtend(buffer, 1) = byte;
}

void bufferPrint(Buffer *buffer, const char *format, ...) {
  va_list values;
  va_start(values, format);
  int length = vsnprintf(NULL, 0, format, values);
  va_end(values);
  if (length < 0) return;
  reserve(buffer, (size_t)length + 1);
  va_start(values, format);
  vsnprintf((char *)buffer->bytes + buffer->length, (size_t)length + 1, format, values);
  va_end(values);
  buffer->length += (size_t)length;
}

void bufferPrintJsonString(Buffer *buffer, const char *text) {
  bufferAppendByte(buffer, '"');
  for (const char *c = text; *c != '\0'; c++) {
    if (*c == '"' || *c == '\\') bufferPrint(buffer, "\\%c", *c);
    else if ((unsigned char)*c < 0x20 || (unsigned char)*c >= 0x7f) bufferPrint(buffer, "\\u%04x", (unsigned char)*c);
    else bufferAppendByte(buffer, (uint8_t)*c);
  }
  bufferAppendByte(buffer, '"');
}

void bufferFree(Buffer *buffer) {
  free(buffer->bytes);
  *buffer = (Buffer){0};
}
