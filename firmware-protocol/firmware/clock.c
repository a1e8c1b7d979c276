#include "clock.h"

#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/sleep.h>
#include <util/atomic.h>

#include "keys.h"

static volatile uint32_t ms;
static volatile bool tick;

ISR(TIMER0_COMPA_vect)
{
	ms++;
	tick = true;
	keys_tick();
}

void clock_start(void)
{
	TCCR0A = _BV(WGM01);
	TCCR0B = _BV(CS01) | _BV(CS00);
	OCR0A = F_CPU / 64 / 1000 - 1;
	TIMSK0 = _BV(OCIE0A);
	set_sleep_mode(SLEEP_MODE_IDLE);
}

uint32_t clock_ms(void)
{
	uint32_t now = 0;
	ATOMIC_BLOCK(ATOMIC_RESTORESTATE)
	{
		now = ms;
	}
	return now;
}

bool clock_ticked(void)
{
	bool was = tick;
	tick = false;
	return was;
}

/* The question and the sleep are one: what comes between them would be slept over. */
void clock_idle(bool (*busy)(void))
{
	cli();
	if (!tick && !busy()) {
		sleep_enable();
		sei();
		sleep_cpu();
		sleep_disable();
	}
	sei();
}
