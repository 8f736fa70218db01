#ifndef LONGWIRE_BUFFER_H
#define LONGWIRE_BUFFER_H

#include <stddef.h>
#include <stdint.h>

/* Bytes that grow at the end. All zero is an empty one. */
typedef struct {
  uint8_t *bytes;
  size_t length;
  size_t capacity;
} Buffer;

/* Makes room for `length` more bytes and answers where they go; they count as soon as it returns. */
uint8_t *bufferExtend(Buffer *buffer, size_t length);
void bufferAppend(Buffer *buffer, const void *bytes, size_t length);
void bufferAppendByte(Buffer *buffer, uint8_t byte);
void bufferPrint(Buffer *buffer, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* A JSON string with its quotes. */
void bufferPrintJsonString(Buffer *buffer, const char *text);
void bufferFree(Buffer *buffer);

/* malloc that ends the program, saying so, when there is no memory. */
void *allocate(size_t size);
void *reallocate(void *pointer, size_t size);

#endif
