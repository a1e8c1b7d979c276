/* The reference pad: five keys with a light each on an ATmega328P, as ../README.md §4 says. README.md tells how to build
 * one. Everything goes round in one loop; interrupts only move bytes, count milliseconds and look at the keys. */
#include <avr/interrupt.h>

#include "clock.h"
#include "identity.h"
#include "journal.h"
#include "keys.h"
#include "lights.h"
#include "link.h"
#include "noise.h"
#include "queue.h"
#include "tamper.h"
#include "uart.h"

int main(void)
{
	keys_start();
	lights_start();
	clock_start();
	identity_start();
	tamper_start();
	journal_start(noise16());
	uart_start();
	sei();
	link_start();
	uint8_t oldest = 0;
	for (;;) {
		uint32_t now = clock_ms();
		link_receive(now);
		if (clock_ticked()) {
			for (uint8_t level; (level = keys_pressed()) != 0;)
				queue_take(level, now);
			if (tamper_tick())
				link_tampered();
			lights_tick(now, link_out_of_order(now));
			if (++oldest >= queue_length())
				oldest = 0;
			if (queue_length())
				queue_age(queue_at(oldest), now); /* of all in turn, before the clock turns over */
		}
		link_send(now);
		journal_work();
		clock_idle(uart_waiting);
	}
}
