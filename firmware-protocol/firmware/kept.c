#include "kept.h"

#include <string.h>

#define WHOLE 0xa5

struct slot {
	uint8_t turn[2], bytes[8];
};

static uint16_t slot_at(const struct kept *k, uint16_t turn)
{
	return k->at + (turn % k->slots) * (k->size + 4u);
}

uint8_t crc8(uint8_t crc, const uint8_t *p, uint8_t n)
{
	while (n--) {
		crc ^= *p++;
		for (uint8_t i = 0; i < 8; i++)
			crc = crc & 1 ? (uint8_t)(crc >> 1 ^ 0x8c) : crc >> 1;
	}
	return crc;
}

void eeprom_put(uint16_t at, uint8_t byte)
{
	while (eeprom_busy())
		;
	if (eeprom_read(at) != byte)
		eeprom_start(at, byte);
	while (eeprom_busy())
		;
}

bool kept_read(const struct kept *k, uint8_t *bytes, uint16_t *turn)
{
	bool any = false;
	while (eeprom_busy())
		;
	for (uint8_t i = 0; i < k->slots; i++) {
		struct slot s;
		uint8_t *p = (uint8_t *)&s, n = k->size + 2;
		uint16_t at = slot_at(k, i);
		for (uint8_t j = 0; j < n; j++)
			p[j] = eeprom_read(at + j);
		if (eeprom_read(at + n) != crc8(CRC8_START, p, n) || eeprom_read(at + n + 1) != WHOLE)
			continue;
		uint16_t t = (uint16_t)(s.turn[0] | s.turn[1] << 8);
		if (any && (int16_t)(t - *turn) < 0)
			continue;
		any = true;
		*turn = t;
		if (k->size)
			memcpy(bytes, s.bytes, k->size);
	}
	return any;
}

void kept_write(const struct kept *k, const uint8_t *bytes, uint16_t turn)
{
	struct slot s = {.turn = {(uint8_t)turn, (uint8_t)(turn >> 8)}};
	uint8_t *p = (uint8_t *)&s, n = k->size + 2;
	uint16_t at = slot_at(k, turn);
	if (k->size)
		memcpy(s.bytes, bytes, k->size);
	eeprom_put(at + n + 1, 0);
	for (uint8_t j = 0; j < n; j++)
		eeprom_put(at + j, p[j]);
	eeprom_put(at + n, crc8(CRC8_START, p, n));
	eeprom_put(at + n + 1, WHOLE);
}
