#include "tamper.h"

#include "kept.h"
#include "pins.h"

#define OPEN_MS 20

static const struct kept place = {EE_TAMPER, 4, 8};

static struct {
	uint16_t pulled, opened, noted_pulled, noted_opened;
} count;
static uint16_t turn;

static uint8_t open; /* which contacts are, by bits */
static uint8_t since;

static uint8_t contacts(void) { return TAMPER_PIN & (LID_BIT | LOOP_BIT); }

static void keep(void) { kept_write(&place, (const uint8_t *)&count, ++turn); }

/* What is open already when the power comes was not opened now, or is not fitted. */
void tamper_start(void)
{
	TAMPER_PORT |= LID_BIT | LOOP_BIT;
	kept_read(&place, (uint8_t *)&count, &turn);
	open = contacts();
}

static void more(uint16_t *n)
{
	if (*n != UINT16_MAX)
		++*n;
}

bool tamper_tick(void)
{
	uint8_t now = contacts();
	if (now == open) {
		since = 0;
		return false;
	}
	if (++since < OPEN_MS)
		return false;
	uint8_t opened = now & (uint8_t)~open;
	open = now;
	since = 0;
	if (opened & LOOP_BIT)
		more(&count.pulled);
	if (opened & LID_BIT)
		more(&count.opened);
	if (opened)
		keep();
	return opened;
}

uint16_t tamper_pulled(void) { return count.noted_pulled == count.pulled ? 0 : count.pulled; }

uint16_t tamper_opened(void) { return count.noted_opened == count.opened ? 0 : count.opened; }

void tamper_note(uint16_t pulled, uint16_t opened)
{
	bool news = false;
	if (pulled == count.pulled && count.noted_pulled != pulled) {
		count.noted_pulled = pulled;
		news = true;
	}
	if (opened == count.opened && count.noted_opened != opened) {
		count.noted_opened = opened;
		news = true;
	}
	if (news)
		keep();
}
