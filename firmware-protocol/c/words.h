/* Messages in the words of the vector files (../README.md §10). For tests on a computer: it uses stdio. */
#ifndef WORDS_H
#define WORDS_H

#include "pad.h"

#define WORDS_MAX 256

/* Writes *m as a vector file does. */
void words_of(char out[WORDS_MAX], const struct pad_message *m);

/* The word for what a decoder found, of a message its name. */
const char *found_word(enum pad_found found, const struct pad_message *m);

/* Reads a message from words, which it cuts up; name holds what m->name points to. False: no such message. */
bool words_read(char *words, struct pad_message *m, uint8_t name[WORDS_MAX]);

#endif
