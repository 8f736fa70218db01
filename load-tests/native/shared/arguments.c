#include "arguments.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void argumentProblem(Arguments *arguments, const char *format, ...) {
  if (arguments->problem[0] != '\0') return;
  va_list values;
  va_start(values, format);
  vsnprintf(arguments->problem, sizeof arguments->problem, format, values);
  va_end(values);
}

void argumentsParse(Arguments *arguments, char *line) {
  *arguments = (Arguments){.word = ""};
  char *rest = NULL;
  char *word = strtok_r(line, " \t\r\n", &rest);
  if (word != NULL) arguments->word = word;
  while (word != NULL && (word = strtok_r(NULL, " \t\r\n", &rest)) != NULL) {
    if (arguments->count == MAX_ARGUMENTS) return argumentProblem(arguments, "more than %d arguments", MAX_ARGUMENTS);
    char *equals = strchr(word, '=');
    if (equals != NULL) *equals++ = '\0';
    arguments->list[arguments->count++] = (Argument){.key = word, .value = equals};
  }
}

static Argument *find(Arguments *arguments, const char *key) {
  for (int index = 0; index < arguments->count; index++) {
    Argument *argument = &arguments->list[index];
    if (strcmp(argument->key, key) != 0) continue;
    argument->isUsed = true;
    return argument;
  }
  return NULL;
}

char *argumentText(Arguments *arguments, const char *key) {
  Argument *argument = find(arguments, key);
  if (argument != NULL && argument->value != NULL && argument->value[0] != '\0') return argument->value;
  argumentProblem(arguments, "%s: %s= is missing", arguments->word, key);
  return NULL;
}

bool argumentIsGiven(Arguments *arguments, const char *key) {
  return find(arguments, key) != NULL;
}

double argumentNumber(Arguments *arguments, const char *key, double least, double most) {
  char *text = argumentText(arguments, key);
  if (text == NULL) return least;
  char *end;
  errno = 0;
  double number = strtod(text, &end);
  /* Written so that NaN is refused, too. */
  if (*end == '\0' && errno == 0 && number >= least && number <= most) return number;
  argumentProblem(arguments, "%s: %s=%s is not a number of %g to %g", arguments->word, key, text, least, most);
  return least;
}

double argumentNumberOr(Arguments *arguments, const char *key, double least, double most, double otherwise) {
  return argumentIsGiven(arguments, key) ? argumentNumber(arguments, key, least, most) : otherwise;
}

bool argumentsAreGood(Arguments *arguments) {
  for (int index = 0; index < arguments->count; index++) {
    Argument *argument = &arguments->list[index];
    if (!argument->isUsed) argumentProblem(arguments, "%s does not know %s", arguments->word, argument->key);
  }
  return arguments->problem[0] == '\0';
}
