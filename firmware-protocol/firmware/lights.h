/* What a citizen sees and hears: the light of his key, the prompt lamp, the buzzer. */
#ifndef LIGHTS_H
#define LIGHTS_H

#include <stdbool.h>
#include <stdint.h>

void lights_start(void);

/* The key of level says meaning (../README.md §3.6), from now on and for as long as that takes. */
void lights_say(uint8_t level, uint8_t meaning, uint32_t now);

/* A screen, for seconds or, with 0, until the next (§3.7). Without a display the lamp tells the prompt from the rest. */
void lights_show(uint8_t screen, uint16_t seconds, uint32_t now);

/* A tone (§3.8), once. */
void lights_sound(uint8_t tone, uint32_t now);

/* To be called every millisecond. out_of_order: no agent is heard, or it refuses this pad. */
void lights_tick(uint32_t now, bool out_of_order);

#endif
