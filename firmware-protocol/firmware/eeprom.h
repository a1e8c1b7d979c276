/* The cells that outlive the power, and what is kept where in them. A write takes 3.4 ms and goes on by itself; the
 * power can go in the middle of it and leave anything in that one cell. */
#ifndef EEPROM_H
#define EEPROM_H

#include <stdbool.h>
#include <stdint.h>

/* Cell 0 is left alone: it is the one that a failing supply hits. */
#define EE_UID 1      /* two copies of 8 bytes and their CRC-8 */
#define EE_RUNS 19    /* the counter of runs: 8 slots of 4 bytes */
#define EE_TAMPER 51  /* 4 slots of 12 bytes */
#define EE_JOURNAL 99 /* 102 records of 9 bytes, to 1017 */

bool eeprom_busy(void);

/* Both want eeprom_busy to be false. */
uint8_t eeprom_read(uint16_t at);
void eeprom_start(uint16_t at, uint8_t byte);

/* Waits, writes unless the cell holds byte already, and waits until it is done. */
void eeprom_put(uint16_t at, uint8_t byte);

/* CRC-8, polynomial 0x31 reflected, start 0xff: what is erased does not pass it. */
uint8_t crc8(uint8_t crc, const uint8_t *p, uint8_t n);
#define CRC8_START 0xff

#endif
