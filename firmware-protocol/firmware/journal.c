#include "journal.h"

#include "eeprom.h"
#include "queue.h"

/* A record: boot u32, seq u24, CRC-8 of all that is not the CRC-8 itself, and the level under a fixed pattern. That last
 * byte makes it count: it is made void first, and written when the others are there. */
#define RECORD 9
#define CHECK 7
#define LEVEL 8
#define PATTERN 0xb8
#define PATTERN_MASK 0xf8
#define VOID 0x00
#define ERASED 0xff

#define TRIES 3 /* places that may turn out worn for one press */

static uint8_t used[(JOURNAL_PLACES + 7) / 8]; /* holds a press, waits to be made void, or is worn */
static uint8_t cursor;

static uint8_t forgotten[JOURNAL_PLACES], first, waiting; /* places to be made void, in the order of their presses */

static struct press *writing; /* into the place at cursor */
static uint8_t record[RECORD], step, tries;

static uint16_t cell(uint8_t place, uint8_t i) { return (uint16_t)(EE_JOURNAL + place * RECORD + i); }

static void set_used(uint8_t place, bool on)
{
	uint8_t bit = (uint8_t)(1 << place % 8);
	if (on)
		used[place / 8] |= bit;
	else
		used[place / 8] &= (uint8_t)~bit;
}

static uint8_t check(const uint8_t r[RECORD])
{
	return crc8(crc8(CRC8_START, r, CHECK), r + LEVEL, 1);
}

void journal_forget(uint8_t place)
{
	if (place >= JOURNAL_PLACES)
		return;
	set_used(place, true);
	forgotten[(uint8_t)(first + waiting++) % JOURNAL_PLACES] = place;
}

void journal_start(uint16_t start)
{
	cursor = (uint8_t)(start % JOURNAL_PLACES);
	while (eeprom_busy())
		;
	for (uint8_t place = 0; place < JOURNAL_PLACES; place++) {
		uint8_t r[RECORD];
		for (uint8_t i = 0; i < RECORD; i++)
			r[i] = eeprom_read(cell(place, i));
		uint8_t level = r[LEVEL] & (uint8_t)~PATTERN_MASK;
		uint32_t boot = r[0] | (uint32_t)r[1] << 8 | (uint32_t)r[2] << 16 | (uint32_t)r[3] << 24;
		uint32_t seq = r[4] | (uint32_t)r[5] << 8 | (uint32_t)r[6] << 16;
		if ((r[LEVEL] & PATTERN_MASK) == PATTERN && r[CHECK] == check(r) && level >= 1 && level <= 5 && seq > 0) {
			set_used(place, true);
			queue_restore(boot, seq, level, place);
		} else if (r[LEVEL] != VOID && r[LEVEL] != ERASED) {
			journal_forget(place); /* half written: a cell in between may read otherwise tomorrow */
		}
	}
}

static bool find_place(void)
{
	for (uint8_t i = 0; i < JOURNAL_PLACES; i++) {
		cursor = (uint8_t)(cursor + 1) % JOURNAL_PLACES;
		if (!(used[cursor / 8] & 1 << cursor % 8))
			return true;
	}
	return false;
}

/* begin prepares the record of p. */
static void begin(struct press *p)
{
	for (uint8_t i = 0; i < 4; i++)
		record[i] = (uint8_t)(p->boot >> 8 * i);
	for (uint8_t i = 0; i < 3; i++)
		record[4 + i] = (uint8_t)(p->seq >> 8 * i);
	record[LEVEL] = (uint8_t)(PATTERN | (p->level & ~AGE_LOST));
	record[CHECK] = check(record);
	writing = p;
	step = 0;
}

/* goes_on starts the next write of the record that needs one. False: all is written. */
static bool goes_on(void)
{
	while (step <= RECORD) {
		uint8_t i = step == 0 ? LEVEL : step - 1, byte = step == 0 ? VOID : record[i];
		step++;
		if (eeprom_read(cell(cursor, i)) != byte) {
			eeprom_start(cell(cursor, i), byte);
			return true;
		}
	}
	return false;
}

/* settle looks whether the cells hold what was written. A place whose cells are worn is not used again in this run. */
static void settle(void)
{
	set_used(cursor, true);
	for (uint8_t i = 0; i < RECORD; i++) {
		if (eeprom_read(cell(cursor, i)) == record[i])
			continue;
		if (++tries == TRIES || !find_place()) {
			writing->place = PLACE_RAM;
			writing = 0;
		} else {
			step = 0;
		}
		return;
	}
	writing->place = cursor;
	writing = 0;
}

static struct press *unwritten(void)
{
	for (uint8_t i = 0; i < queue_length(); i++)
		if (queue_at(i)->place == PLACE_NONE)
			return queue_at(i);
	return 0;
}

void journal_work(void)
{
	if (eeprom_busy())
		return;
	if (writing) {
		if (!goes_on())
			settle();
		return;
	}
	struct press *p = unwritten();
	if (p && find_place()) {
		tries = 0;
		begin(p);
		return;
	}
	if (!waiting) {
		if (p)
			p->place = PLACE_RAM; /* every place is worn */
		return;
	}
	/* One try: a record that cannot be made void is a press that is sent again after the next power cut, and known. */
	uint8_t place = forgotten[first];
	if (eeprom_read(cell(place, LEVEL)) != VOID)
		eeprom_start(cell(place, LEVEL), VOID);
	first = (uint8_t)(first + 1) % JOURNAL_PLACES;
	waiting--;
	set_used(place, false);
}
