#include "identity.h"

#include <stdbool.h>
#include <string.h>

#include "kept.h"
#include "noise.h"

static const struct kept runs = {EE_RUNS, 8, 0};

static uint8_t uid[8];
static uint32_t boot;

static bool read_uid(uint16_t at)
{
	for (uint8_t i = 0; i < sizeof uid; i++)
		uid[i] = eeprom_read(at + i);
	return eeprom_read(at + sizeof uid) == crc8(CRC8_START, uid, sizeof uid);
}

static void write_uid(uint16_t at)
{
	for (uint8_t i = 0; i < sizeof uid; i++)
		eeprom_put(at + i, uid[i]);
	eeprom_put(at + sizeof uid, crc8(CRC8_START, uid, sizeof uid));
}

/* Two copies: one bad cell does not make another pad of it. A copy that does not read is written again from the other. */
void identity_start(void)
{
	const uint16_t second = EE_UID + sizeof uid + 1;
	if (!read_uid(EE_UID) && !read_uid(second)) {
		for (uint8_t i = 0; i < sizeof uid; i += 2) {
			uint16_t n = noise16();
			memcpy(uid + i, &n, 2);
		}
		if (uid[7] == 0 || uid[7] == 0xff) /* all zeroes and all ones mean none (§3.1) */
			uid[7] = 0x5a;
	}
	write_uid(EE_UID);
	write_uid(second);
	identity_next_boot();
}

/* The counter is on the way to the cells before the boot is used: no power cut gives one twice. */
void identity_next_boot(void)
{
	uint16_t run = 0;
	if (kept_read(&runs, NULL, &run))
		run++;
	kept_write(&runs, NULL, run);
	boot = (uint32_t)run << 16 | noise16();
}

const uint8_t *identity_uid(void) { return uid; }

uint32_t identity_boot(void) { return boot; }
