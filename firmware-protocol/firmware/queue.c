#include "queue.h"

#include "identity.h"
#include "journal.h"

#define LAST_SEQ 0xffffffUL /* the journal keeps 24 bits */

static struct press presses[PAD_QUEUE];
static uint8_t head, length;
static uint32_t next = 1, dropped;

struct press *queue_at(uint8_t i) { return &presses[(uint8_t)(head + i) % PAD_QUEUE]; }

uint8_t queue_length(void) { return length; }

uint32_t queue_next(void) { return next; }

uint32_t queue_dropped(void) { return dropped; }

bool queue_follows(uint8_t i)
{
	const struct press *p = queue_at(i), *before = queue_at((uint8_t)(i - 1));
	return p->boot == before->boot && p->seq == before->seq + 1;
}

uint8_t queue_boots(uint8_t i)
{
	uint8_t n = 0;
	for (; i < length; i++)
		if (n == 0 || queue_at(i)->boot != queue_at((uint8_t)(i - 1))->boot)
			n++;
	return n;
}

void queue_forget(uint8_t n)
{
	for (; n; n--) {
		journal_forget(presses[head].place);
		head = (uint8_t)(head + 1) % PAD_QUEUE;
		length--;
	}
}

static void append(uint32_t boot, uint32_t seq, uint32_t at, uint8_t level, uint8_t place)
{
	struct press *p = queue_at(length++);
	p->boot = boot;
	p->seq = seq;
	p->at = at;
	p->level = level;
	p->place = place;
}

void queue_take(uint8_t level, uint32_t now)
{
	if (length == PAD_QUEUE) {
		if (dropped != UINT32_MAX)
			dropped++;
		return;
	}
	if (next > LAST_SEQ) {
		identity_next_boot();
		next = 1;
		dropped = 0;
	}
	append(identity_boot(), next++, now, level, PLACE_NONE);
}

/* Runs are counted in 16 bits: the one before this one is the youngest, wherever the counter turned over. */
static bool older(const struct press *a, uint32_t boot, uint32_t seq)
{
	uint16_t now = (uint16_t)(identity_boot() >> 16);
	uint16_t runs_a = (uint16_t)(now - (uint16_t)(a->boot >> 16)), runs_b = (uint16_t)(now - (uint16_t)(boot >> 16));
	if (runs_a != runs_b)
		return runs_a > runs_b;
	return a->boot != boot ? a->boot < boot : a->seq < seq;
}

/* More than fit can only be found where the power went after an acknowledgement and before all its presses were
 * forgotten: then the oldest are acknowledged ones. */
void queue_restore(uint32_t boot, uint32_t seq, uint8_t level, uint8_t place)
{
	if (length == PAD_QUEUE) {
		if (!older(queue_at(0), boot, seq)) {
			journal_forget(place);
			return;
		}
		queue_forget(1);
	}
	uint8_t i = length;
	append(boot, seq, 0, level | AGE_LOST, place);
	for (; i && !older(queue_at((uint8_t)(i - 1)), boot, seq); i--) {
		struct press swap = *queue_at(i);
		*queue_at(i) = *queue_at((uint8_t)(i - 1));
		*queue_at((uint8_t)(i - 1)) = swap;
	}
}

uint32_t queue_age(struct press *p, uint32_t now)
{
	uint32_t age = (now - p->at) / 100;
	if (age >= PAD_AGE_UNKNOWN)
		p->level |= AGE_LOST; /* before the clock turns over and makes it young again */
	return p->level & AGE_LOST ? PAD_AGE_UNKNOWN : age;
}
