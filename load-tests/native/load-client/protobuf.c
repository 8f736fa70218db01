#include "protobuf.h"

enum { WIRE_VARINT = 0, WIRE_FIXED64 = 1, WIRE_LENGTH = 2, WIRE_FIXED32 = 5 };

const uint8_t *readVarint(const uint8_t *at, const uint8_t *limit, int maxBytes, uint64_t *value) {
  *value = 0;
  for (int index = 0; index < maxBytes && at < limit; index++, at++) {
    *value |= (uint64_t)(*at & 0x7f) << (7 * index);
    if ((*at & 0x80) == 0) return at + 1;
  }
  return NULL;
}

/* Reads the bytes of a field that is not a varint. False when it reaches past the end. */
static bool readBytes(FieldReader *reader, Field *field, uint64_t length) {
  if (length > (uint64_t)(reader->limit - reader->at)) return false;
  field->bytes = reader->at;
  field->length = (size_t)length;
  reader->at += length;
  return true;
}

static bool readValue(FieldReader *reader, Field *field, unsigned wireType) {
  uint64_t length;
  switch (wireType) {
    case WIRE_VARINT:
      reader->at = readVarint(reader->at, reader->limit, 10, &field->value);
      return reader->at != NULL;
    case WIRE_LENGTH:
      reader->at = readVarint(reader->at, reader->limit, 10, &length);
      return reader->at != NULL && readBytes(reader, field, length);
    case WIRE_FIXED64: return readBytes(reader, field, 8);
    case WIRE_FIXED32: return readBytes(reader, field, 4);
    default: return false;
  }
}

bool nextField(FieldReader *reader, Field *field) {
  uint64_t key;
  if (reader->isMalformed || reader->at == reader->limit) return false;
  *field = (Field){0};
  reader->at = readVarint(reader->at, reader->limit, 10, &key);
  field->number = (uint32_t)(key >> 3);
  reader->isMalformed = reader->at == NULL || key >> 3 == 0 || key >> 32 != 0 || !readValue(reader, field, key & 7);
  return !reader->isMalformed;
}

size_t varintLength(uint64_t value) {
  size_t length = 1;
  while (value >>= 7) length++;
  return length;
}

void appendVarint(Buffer *out, uint64_t value) {
  for (; value >= 0x80; value >>= 7) bufferAppendByte(out, (uint8_t)(value | 0x80));
  bufferAppendByte(out, (uint8_t)value);
}

/* Field numbers stay below 16: a key is one byte. */
void appendNumberField(Buffer *out, uint32_t number, uint64_t value) {
  bufferAppendByte(out, (uint8_t)(number << 3 | WIRE_VARINT));
  appendVarint(out, value);
}

void appendBytesField(Buffer *out, uint32_t number, const void *bytes, size_t length) {
  bufferAppendByte(out, (uint8_t)(number << 3 | WIRE_LENGTH));
  appendVarint(out, length);
  bufferAppend(out, bytes, length);
}

size_t bytesFieldLength(size_t length) {
  return 1 + varintLength(length) + length;
}
