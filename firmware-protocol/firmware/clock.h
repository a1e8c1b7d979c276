/* Time since power-up. Its interrupt also looks at the keys. */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdbool.h>
#include <stdint.h>

void clock_start(void);

/* Milliseconds since power-up; they begin anew after 49 days. */
uint32_t clock_ms(void);

/* Whether a millisecond has passed since the last call. */
bool clock_ticked(void);

/* Sleeps until something happens, unless a byte or a tick came already. */
void clock_idle(bool (*busy)(void));

#endif
