/* The presses that nobody has acknowledged yet, oldest first (../README.md §4.1). */
#ifndef QUEUE_H
#define QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "pad.h"

#define AGE_LOST 0x80 /* in press.level: nobody knows any more when it was made */

/* Places in the journal (journal.h). A press without one is not sent. */
#define PLACE_NONE 0xff /* not written yet */
#define PLACE_RAM 0xfe  /* the journal's cells are worn out: it lives until the power goes */

struct press {
	uint32_t boot, seq, at;
	uint8_t level, place;
};

/* Presses with the journal's places, as they were before the power went, in any order. */
void queue_restore(uint32_t boot, uint32_t seq, uint8_t level, uint8_t place);

/* Takes a press, unless the queue is full: then it is counted as dropped. */
void queue_take(uint8_t level, uint32_t now);

uint8_t queue_length(void);
struct press *queue_at(uint8_t i); /* from the head */
void queue_forget(uint8_t n);      /* the first n, and their places */

/* What HELLO says of the boot that runs now. */
uint32_t queue_next(void);
uint32_t queue_dropped(void);

/* Whether press i follows press i − 1 in the same boot without a hole. */
bool queue_follows(uint8_t i);

/* How many boots the presses from i on are of. */
uint8_t queue_boots(uint8_t i);

/* The age of p in steps of 100 ms. To be asked of every press at least once in 19 days. */
uint32_t queue_age(struct press *p, uint32_t now);

#endif
