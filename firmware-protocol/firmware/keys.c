#include "keys.h"

#include <stdbool.h>

#include "pins.h"

#define DOWN_MS 5   /* so long a contact must rest to count as down: quick, the citizen waits for the light */
#define UP_MS 30    /* and as up: longer than any key bounces when it is let go */
#define STUCK_S 10  /* a key held so long is jammed, and stops no other one */

#define STUCK_MS (STUCK_S * 1000)

/* Keys that are down, by bits. At first all are taken for jammed: one that is held while the power comes back was not
 * pressed by anybody now. */
static uint8_t down = KEY_MASK;
static uint8_t since[KEYS];
static uint16_t held[KEYS] = {STUCK_MS, STUCK_MS, STUCK_MS, STUCK_MS, STUCK_MS};

static volatile uint8_t pressed[8], pressed_head, pressed_tail; /* levels that nobody has taken yet */

void keys_start(void) { KEY_PORT |= KEY_MASK; }

static void press(uint8_t level)
{
	uint8_t next = (pressed_head + 1) % sizeof pressed;
	if (next == pressed_tail)
		return;
	pressed[pressed_head] = level;
	pressed_head = next;
}

uint8_t keys_pressed(void)
{
	if (pressed_head == pressed_tail)
		return 0;
	uint8_t level = pressed[pressed_tail];
	pressed_tail = (pressed_tail + 1) % sizeof pressed;
	return level;
}

/* held_by reports whether another key than i is held down by a finger: one key at a time. */
static bool held_by_another(uint8_t i)
{
	for (uint8_t j = 0; j < KEYS; j++)
		if (j != i && down & _BV(j) && held[j] < STUCK_MS)
			return true;
	return false;
}

void keys_tick(void)
{
	uint8_t contact = (uint8_t)~KEY_PIN & KEY_MASK;
	for (uint8_t i = 0; i < KEYS; i++) {
		uint8_t bit = _BV(i);
		if (down & bit && held[i] < STUCK_MS)
			held[i]++;
		if ((contact & bit) == (down & bit)) {
			since[i] = 0;
			continue;
		}
		if (++since[i] < (contact & bit ? DOWN_MS : UP_MS))
			continue;
		since[i] = 0;
		held[i] = 0;
		down ^= bit;
		if (down & bit && !held_by_another(i))
			press(5 - i);
	}
}
