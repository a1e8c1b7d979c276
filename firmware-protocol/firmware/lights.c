#include "lights.h"

#include "pad.h"
#include "pins.h"

#define STEADY_MS 2000
#define BLINK_MS 200
#define BLINKS_MS (4 * BLINK_MS)

static uint8_t lit, said; /* 0: dark */
static uint32_t lit_at;

static uint8_t resting = PAD_CLOSED, above;
static uint32_t above_at, above_ms; /* 0: nothing lies above */

/* Patterns of the buzzer, lowest bit first, an eighth of a second each: one beep, two, a long one. */
static uint16_t pattern;
static uint32_t sound_at;

void lights_start(void)
{
	LIGHT_DDR |= KEY_MASK << LIGHT_FIRST;
	LAMP_DDR |= LAMP_BIT;
	BUZZER_DDR |= BUZZER_BIT;
}

void lights_say(uint8_t level, uint8_t meaning, uint32_t now)
{
	lit = level;
	said = meaning;
	lit_at = now;
}

void lights_show(uint8_t screen, uint16_t seconds, uint32_t now)
{
	if (seconds == 0) {
		resting = screen;
		above_ms = 0;
		return;
	}
	above = screen;
	above_at = now;
	above_ms = seconds * 1000UL;
}

void lights_sound(uint8_t tone, uint32_t now)
{
	pattern = tone == PAD_TONE_INVITE ? 0x1 : tone == PAD_TONE_THANKS ? 0x5 : 0xff;
	sound_at = now;
}

static void key_lights(uint32_t now)
{
	uint32_t t = now - lit_at;
	if (t >= (said == PAD_BECAME ? STEADY_MS : BLINKS_MS))
		lit = 0;
	bool on = lit && (said == PAD_BECAME || t / BLINK_MS % 2 == 0);
	uint8_t mask = on ? _BV(LIGHT_FIRST + 5 - lit) : 0;
	LIGHT_PORT = (LIGHT_PORT & (uint8_t) ~(KEY_MASK << LIGHT_FIRST)) | mask;
}

void lights_tick(uint32_t now, bool out_of_order)
{
	key_lights(now);

	if (above_ms && now - above_at >= above_ms)
		above_ms = 0; /* the prompt's time is up: what rested below it shows again */
	uint8_t screen = above_ms ? above : resting;
	bool lamp = out_of_order || screen == PAD_CLOSED ? now % 2048 < 64 : screen == PAD_PROMPT;
	if (lamp)
		LAMP_PORT |= LAMP_BIT;
	else
		LAMP_PORT &= (uint8_t)~LAMP_BIT;

	uint32_t eighth = (now - sound_at) / 125;
	if (eighth >= 16)
		pattern = 0;
	if (pattern >> (eighth & 15) & 1)
		BUZZER_PORT |= BUZZER_BIT;
	else
		BUZZER_PORT &= (uint8_t)~BUZZER_BIT;
}
