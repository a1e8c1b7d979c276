/* Numbers that nobody can foretell, from an analogue input that hangs loose. */
#ifndef NOISE_H
#define NOISE_H

#include <stdint.h>

/* Takes 13 ms. */
uint16_t noise16(void);

#endif
