/* The codec of the pad link, version 1, for any microcontroller: bytes to messages and back, both directions. It is
 * written from ../README.md, whose clauses it cites, and passes the vectors of that page. C99, no heap, nothing of the
 * C library but string.h. It knows no port, no clock and no rule about what a press means. */
#ifndef PAD_H
#define PAD_H

#include <stdbool.h>
#include <stdint.h>

#define PAD_VERSION 1
#define PAD_MAX_BODY 60                 /* type and fields (§2.1) */
#define PAD_MAX_WIRE (PAD_MAX_BODY + 4) /* with checksum, COBS byte and end mark */
#define PAD_MAX_STAFF 48                /* bytes of a staff name (§3.7) */
#define PAD_QUEUE 64                    /* presses that a pad keeps (§4.1) */
#define PAD_WINDOW 8                    /* of them on their way at once (§4.3) */
#define PAD_AGE_UNKNOWN 0xffffffUL      /* of a press, in steps of 100 ms (§3.2) */

/* Types on the wire (§3): pad to agent below 0x80, agent to pad above. */
enum pad_type {
	PAD_HELLO = 0x01,
	PAD_PRESS = 0x02,
	PAD_PONG = 0x03,
	PAD_TAMPER = 0x10,
	PAD_ASK = 0x81,
	PAD_ACK = 0x82,
	PAD_LIGHT = 0x83,
	PAD_SHOW = 0x84,
	PAD_SOUND = 0x85,
	PAD_PING = 0x86,
	PAD_REFUSAL = 0x87, /* VERSION of the page */
	PAD_NOTED = 0x90
};

enum pad_meaning { PAD_BECAME = 1, PAD_KEPT = 2 };                                     /* of a light (§3.6) */
enum pad_screen { PAD_IDLE, PAD_PROMPT, PAD_THANKS, PAD_RATED, PAD_WAIT, PAD_CLOSED }; /* §3.7 */
enum pad_tone { PAD_TONE_INVITE = 1, PAD_TONE_THANKS = 2, PAD_TONE_FAULT = 3 };        /* §3.8 */

/* One message. Which fields a type has is said in §3; the others mean nothing. */
struct pad_message {
	uint8_t type;
	union {
		uint8_t version; /* HELLO, ASK. A HELLO of another version than PAD_VERSION has no further field */
		uint8_t level;   /* PRESS: 1 to 5 */
		uint8_t meaning; /* LIGHT */
		uint8_t screen;  /* SHOW */
		uint8_t tone;    /* SOUND */
		uint8_t low;     /* VERSION */
	} a;
	union {
		uint8_t queued; /* HELLO */
		uint8_t staff;  /* SHOW: bytes of the name */
		uint8_t high;   /* VERSION */
	} b;
	uint8_t left;        /* HELLO */
	uint8_t firmware[3]; /* HELLO */
	uint8_t uid[8];      /* HELLO, PONG, TAMPER: in the order of the wire, the lowest byte first */
	uint32_t boot;       /* all that have one */
	uint32_t seq;        /* PRESS, ACK, LIGHT; HELLO: next */
	union {
		uint32_t dropped; /* HELLO, PONG */
		uint32_t age;     /* PRESS */
		uint16_t seconds; /* SHOW */
		struct { uint16_t pulled, opened; } tamper; /* TAMPER, NOTED */
	} c;
	const uint8_t *name; /* SHOW: the staff's name, not ended by a zero; decoded, it lies in the decoder until its next byte */
};

/* What the next byte ends (§2.3). Each fault costs its own frame alone. */
enum pad_found { PAD_NOTHING, PAD_MESSAGE, PAD_BAD_FRAMING, PAD_BAD_CHECKSUM, PAD_BAD_TYPE, PAD_BAD_LENGTH, PAD_BAD_VALUE };

/* A decoder of a stream. All zeroes is ready, also in the middle of a frame. It holds one frame at most. */
struct pad_decoder {
	uint8_t n; /* bytes since the last end mark; more than fit: the frame is lost, its end is awaited */
	uint8_t buf[PAD_MAX_WIRE - 1];
};

/* Takes one byte. PAD_MESSAGE: *m is the message that ends with it; else *m means nothing. */
enum pad_found pad_decode(struct pad_decoder *d, uint8_t byte, struct pad_message *m);

/* Writes the frame of *m, end mark included, and returns its length; 0 where m has no such type or too long a name. */
uint8_t pad_encode(uint8_t wire[PAD_MAX_WIRE], const struct pad_message *m);

#endif
