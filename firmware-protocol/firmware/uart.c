#include "uart.h"

#include <avr/interrupt.h>
#include <avr/io.h>

#define BAUD 38400UL

static volatile uint8_t in[128], in_head, in_tail;
static volatile uint8_t out[256], out_head, out_tail; /* an index of one byte turns over by itself */

ISR(USART_RX_vect)
{
	uint8_t byte = UDR0, next = (in_head + 1) % sizeof in;
	if (next == in_tail)
		return;
	in[in_head] = byte;
	in_head = next;
}

ISR(USART_UDRE_vect)
{
	if (out_head == out_tail)
		UCSR0B &= (uint8_t)~_BV(UDRIE0);
	else
		UDR0 = out[out_tail++];
}

void uart_start(void)
{
	UCSR0A = _BV(U2X0);
	UBRR0 = (F_CPU + BAUD * 4) / (BAUD * 8) - 1; /* 51: 0.2 % fast */
	UCSR0C = _BV(UCSZ01) | _BV(UCSZ00);
	UCSR0B = _BV(RXEN0) | _BV(TXEN0) | _BV(RXCIE0);
}

bool uart_waiting(void) { return in_head != in_tail; }

bool uart_read(uint8_t *byte)
{
	if (!uart_waiting())
		return false;
	*byte = in[in_tail];
	in_tail = (in_tail + 1) % sizeof in;
	return true;
}

uint8_t uart_room(void) { return (uint8_t)(out_tail - out_head - 1); }

void uart_write(const uint8_t *p, uint8_t n)
{
	while (n-- && uart_room())
		out[out_head++] = *p++;
	UCSR0B |= _BV(UDRIE0);
}
