/* Five keys. A press counts once, on the way down, however much its contact bounces (../README.md §4.2). */
#ifndef KEYS_H
#define KEYS_H

#include <stdint.h>

void keys_start(void);

/* To be called every millisecond. Returns the level whose key has just gone down, 0 for none. */
uint8_t keys_tick(void);

#endif
