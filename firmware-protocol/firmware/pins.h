/* What hangs where on the ATmega328P, and under which name an Arduino Nano knows the pin. README.md draws it. */
#ifndef PINS_H
#define PINS_H

#include <avr/io.h>

#define KEYS 5

/* Keys to ground, pull-ups inside: A0 to A4, from 非常满意 (level 5) to 非常不满意 (level 1). */
#define KEY_PIN PINC
#define KEY_PORT PORTC
#define KEY_MASK 0x1f

/* Their lights, through a resistor to ground: D3 to D7, in the same order. */
#define LIGHT_PORT PORTD
#define LIGHT_DDR DDRD
#define LIGHT_FIRST 3

/* The prompt lamp, D13: the Nano has one of its own there. Buzzer with its own tone: D9. */
#define LAMP_PORT PORTB
#define LAMP_DDR DDRB
#define LAMP_BIT _BV(5)
#define BUZZER_PORT PORTB
#define BUZZER_DDR DDRB
#define BUZZER_BIT _BV(1)

/* Closed to ground while all is well: the switch under the lid at D8, the loop through the cable's plug at D10. One
 * that is not fitted is open all the time, and never counts. */
#define TAMPER_PIN PINB
#define TAMPER_PORT PORTB
#define LID_BIT _BV(0)
#define LOOP_BIT _BV(2)

/* Nothing: what it reads is noise. A7. */
#define NOISE_CHANNEL 7

#endif
