/* Who this pad is, and which of its runs this is (../README.md §4.1). */
#ifndef IDENTITY_H
#define IDENTITY_H

#include <stdint.h>

/* Reads the uid, and makes one where there is none; makes the boot of this run. Nothing is sent before. */
void identity_start(void);

/* Another boot for this run: the seqs of the present one are used up. */
void identity_next_boot(void);

const uint8_t *identity_uid(void);
uint32_t identity_boot(void);

#endif
