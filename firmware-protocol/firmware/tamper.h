/* How often the pad's cable was pulled and its case opened, over its whole life (../README.md §3.11). */
#ifndef TAMPER_H
#define TAMPER_H

#include <stdbool.h>
#include <stdint.h>

void tamper_start(void);

/* To be called every millisecond. Counts and keeps what happens. True: a count grew. */
bool tamper_tick(void);

/* The counts; 0 where the agent has noted the present one. */
uint16_t tamper_pulled(void);
uint16_t tamper_opened(void);

/* The agent has these counts on its disk. */
void tamper_note(uint16_t pulled, uint16_t opened);

#endif
