#include "noise.h"

#include <avr/io.h>

#include "pins.h"

/* The lowest bits of a conversion are noise; 256 of them are stirred together with where the timer stands. The converter
 * runs at twice the speed that its full precision allows: what is lost is wanted here. */
uint16_t noise16(void)
{
	static uint16_t pool = 0xffff;
	ADMUX = _BV(REFS0) | NOISE_CHANNEL;
	ADCSRA = _BV(ADEN) | _BV(ADPS2) | _BV(ADPS1);
	for (uint16_t i = 0; i < 256; i++) {
		ADCSRA |= _BV(ADSC);
		while (ADCSRA & _BV(ADSC))
			;
		pool ^= ADC ^ (uint16_t)(TCNT0 << 8);
		for (uint8_t bit = 0; bit < 3; bit++)
			pool = pool & 1 ? pool >> 1 ^ 0x8408 : pool >> 1;
	}
	ADCSRA = 0;
	return pool;
}
