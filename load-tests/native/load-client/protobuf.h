#ifndef LONGWIRE_PROTOBUF_H
#define LONGWIRE_PROTOBUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../shared/buffer.h"

/* As much of protobuf (https://protobuf.dev/programming-guides/encoding) as Longwire's bodies need. */

typedef struct {
  uint32_t number;
  uint64_t value;       /* of a varint */
  const uint8_t *bytes; /* of anything with a length; NULL for a varint */
  size_t length;
} Field;

typedef struct {
  const uint8_t *at, *limit;
  bool isMalformed;
} FieldReader;

/* False at the end, or when the bytes are no protobuf: then isMalformed is set. */
bool nextField(FieldReader *reader, Field *field);
/* LEB128 of up to maxBytes bytes. NULL when it is not whole, or longer. */
const uint8_t *readVarint(const uint8_t *at, const uint8_t *limit, int maxBytes, uint64_t *value);

size_t varintLength(uint64_t value);
void appendVarint(Buffer *out, uint64_t value);
void appendNumberField(Buffer *out, uint32_t number, uint64_t value);
void appendBytesField(Buffer *out, uint32_t number, const void *bytes, size_t length);
size_t bytesFieldLength(size_t length);

#endif
