/* Five keys. A press counts once, on the way down, however much its contact bounces (../README.md §4.2). */
#ifndef KEYS_H
#define KEYS_H

#include <stdint.h>

void keys_start(void);

/* To be called every millisecond, by the clock's interrupt: whatever the rest is busy with, no press is missed. */
void keys_tick(void);

/* Takes the level of the next key that went down; 0: none. */
uint8_t keys_pressed(void);

#endif
