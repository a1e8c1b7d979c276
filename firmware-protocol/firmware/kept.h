/* A few bytes that outlive the power and change rarely. Each change goes to the next of several slots, so that the cells
 * wear evenly and the power can go at any instruction: what was kept before stays until what replaces it is whole. */
#ifndef KEPT_H
#define KEPT_H

#include "eeprom.h"

/* A slot is the turn u16, the bytes, a CRC-8 and a mark that is spoilt first and written last. */
struct kept {
	uint16_t at;
	uint8_t slots;
	uint8_t size; /* of the bytes, at most 8 */
};

/* Reads what was kept last into bytes, and its turn: how often it was kept before. False: nothing was ever kept. */
bool kept_read(const struct kept *k, uint8_t *bytes, uint16_t *turn);

/* Keeps bytes as the turn after the last one. When it returns they are kept. It may take 40 ms. */
void kept_write(const struct kept *k, const uint8_t *bytes, uint16_t turn);

#endif
