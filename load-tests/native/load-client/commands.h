#ifndef LONGWIRE_COMMANDS_H
#define LONGWIRE_COMMANDS_H

#include "../shared/arguments.h"
#include "../shared/buffer.h"

/* Does what a line on stdin says; README.md lists the commands. */
void obeyCommand(Arguments *arguments, Buffer *answer);
void printStats(Buffer *answer);
/* The same without the histograms, which are most of it. */
void printCounts(Buffer *answer);
/* Of each client, since it was added: what it published, and what of that was accepted. */
void printPublishes(Buffer *answer);

#endif
