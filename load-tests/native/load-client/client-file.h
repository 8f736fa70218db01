#ifndef LONGWIRE_CLIENT_FILE_H
#define LONGWIRE_CLIENT_FILE_H

#include <stddef.h>
#include <stdint.h>

/* Words of a line of a file: `clientId token`. They point into the file, which stays mapped: 19,900 tokens need no memory of ours. */
typedef struct {
  const char *id;
  const char *token;
  uint16_t idLength, tokenLength; /* A line may be without a token. */
} ClientLine;

typedef struct {
  ClientLine *list;
  uint32_t count;
} ClientLines;

/* Reads a file of such lines; empty lines are left out. False with what was wrong in `problem`. */
int readClientFile(const char *path, ClientLines *lines, char *problem, size_t problemSize);

#endif
