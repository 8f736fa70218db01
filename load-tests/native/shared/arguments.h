#ifndef LONGWIRE_ARGUMENTS_H
#define LONGWIRE_ARGUMENTS_H

#include <stdbool.h>
#include <stdint.h>

#define MAX_ARGUMENTS 16

typedef struct {
  char *key;
  char *value; /* NULL where the line has a word alone. */
  bool isUsed;
} Argument;

/*
 * One command: `word key=value key=value word`. Each getter marks what it found as used and keeps the first problem that it met,
 * so a command gets all it needs and then asks once, with argumentsAreGood, whether it may go ahead.
 */
typedef struct {
  char *word;
  Argument list[MAX_ARGUMENTS];
  int count;
  char problem[256]; /* Empty while all is well. */
} Arguments;

/* Cuts the line up in place. The line must outlive the arguments. */
void argumentsParse(Arguments *arguments, char *line);
/* NULL, and a problem, when there is no such key. */
char *argumentText(Arguments *arguments, const char *key);
bool argumentIsGiven(Arguments *arguments, const char *key);
/* A number of `least` to `most`; a key that is not given is a problem, too. */
double argumentNumber(Arguments *arguments, const char *key, double least, double most);
double argumentNumberOr(Arguments *arguments, const char *key, double least, double most, double otherwise);
/* Keeps the problem if it is the first. */
void argumentProblem(Arguments *arguments, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Whether there was no problem, and nothing was given that nobody asked for. */
bool argumentsAreGood(Arguments *arguments);

#endif
