/* The serial line, 38400 8N1: bytes in and out through two rings, so that neither side waits for the other. */
#ifndef UART_H
#define UART_H

#include <stdbool.h>
#include <stdint.h>

void uart_start(void);

/* Takes the next byte that came. False: none. What came while 127 waited is lost; the link repeats it. */
bool uart_read(uint8_t *byte);
bool uart_waiting(void);

/* How many bytes can be written without one being lost. */
uint8_t uart_room(void);
void uart_write(const uint8_t *p, uint8_t n);

#endif
