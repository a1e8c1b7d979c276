#include "eeprom.h"

#include <avr/io.h>
#include <util/atomic.h>

bool eeprom_busy(void) { return EECR & _BV(EEPE); }

uint8_t eeprom_read(uint16_t at)
{
	EEAR = at;
	EECR |= _BV(EERE);
	return EEDR;
}

void eeprom_start(uint16_t at, uint8_t byte)
{
	EEAR = at;
	EEDR = byte;
	ATOMIC_BLOCK(ATOMIC_RESTORESTATE) /* the second bit must follow the first within four cycles */
	{
		EECR = _BV(EEMPE);
		EECR |= _BV(EEPE);
	}
}
