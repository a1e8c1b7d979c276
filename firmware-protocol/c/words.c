#include "words.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct { uint8_t type; const char *name; } names[] = {
	{PAD_HELLO, "HELLO"}, {PAD_PRESS, "PRESS"}, {PAD_PONG, "PONG"}, {PAD_TAMPER, "TAMPER"}, {PAD_ASK, "ASK"},
	{PAD_ACK, "ACK"}, {PAD_LIGHT, "LIGHT"}, {PAD_SHOW, "SHOW"}, {PAD_SOUND, "SOUND"}, {PAD_PING, "PING"},
	{PAD_REFUSAL, "VERSION"}, {PAD_NOTED, "NOTED"},
};

static const char *name_of(const struct pad_message *m)
{
	if (m->type == PAD_HELLO && m->a.version != PAD_VERSION)
		return "FOREIGN";
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (names[i].type == m->type)
			return names[i].name;
	return "?";
}

const char *found_word(enum pad_found found, const struct pad_message *m)
{
	switch (found) {
	case PAD_NOTHING:
		return "";
	case PAD_MESSAGE:
		return name_of(m);
	case PAD_BAD_FRAMING:
		return "framing";
	case PAD_BAD_CHECKSUM:
		return "checksum";
	case PAD_BAD_TYPE:
		return "type";
	case PAD_BAD_LENGTH:
		return "length";
	case PAD_BAD_VALUE:
		return "value";
	}
	return "?";
}

void words_of(char out[WORDS_MAX], const struct pad_message *m)
{
	char *p = out + sprintf(out, "%s", name_of(m));
	if (m->type == PAD_HELLO || m->type == PAD_ASK)
		p += sprintf(p, " %d", m->a.version);
	if (m->type == PAD_HELLO && m->a.version != PAD_VERSION) {
		return;
	}
	if (m->type == PAD_HELLO || m->type == PAD_PONG || m->type == PAD_TAMPER) {
		*p++ = ' ';
		for (int i = 7; i >= 0; i--)
			p += sprintf(p, "%02x", m->uid[i]);
	}
	if (m->type <= PAD_TAMPER || m->type == PAD_ACK || m->type == PAD_LIGHT || m->type == PAD_NOTED)
		p += sprintf(p, " %" PRIu32, m->boot);
	if (m->type == PAD_HELLO || m->type == PAD_PRESS || m->type == PAD_ACK || m->type == PAD_LIGHT)
		p += sprintf(p, " %" PRIu32, m->seq);
	switch (m->type) {
	case PAD_HELLO:
		sprintf(p, " %d %" PRIu32 " %d %d %d %d", m->b.queued, m->c.dropped, m->firmware[0], m->firmware[1], m->firmware[2], m->left);
		break;
	case PAD_PRESS:
		sprintf(p, " %d %" PRIu32, m->a.level, m->c.age);
		break;
	case PAD_PONG:
		sprintf(p, " %" PRIu32, m->c.dropped);
		break;
	case PAD_TAMPER:
	case PAD_NOTED:
		sprintf(p, " %d %d", m->c.tamper.pulled, m->c.tamper.opened);
		break;
	case PAD_LIGHT:
		sprintf(p, " %d", m->a.meaning);
		break;
	case PAD_SHOW:
		p += sprintf(p, " %d %d %s", m->a.screen, m->c.seconds, m->b.staff ? "" : "-");
		for (int i = 0; i < m->b.staff; i++)
			p += sprintf(p, "%02x", m->name[i]);
		break;
	case PAD_SOUND:
		sprintf(p, " %d", m->a.tone);
		break;
	case PAD_REFUSAL:
		sprintf(p, " %d %d", m->a.low, m->b.high);
		break;
	}
}

/* next returns the next number of the words being read. */
static uint32_t next(void)
{
	const char *w = strtok(NULL, " ");
	return w ? (uint32_t)strtoul(w, NULL, 10) : 0;
}

static uint8_t next8(void) { return (uint8_t)next(); }

static uint8_t hex(const char *p)
{
	char two[3] = {p[0], p[1], 0};
	return (uint8_t)strtoul(two, NULL, 16);
}

static void next_uid(uint8_t uid[8])
{
	const char *w = strtok(NULL, " ");
	for (int i = 0; w && i < 8; i++)
		uid[7 - i] = hex(w + 2 * i);
}

bool words_read(char *words, struct pad_message *m, uint8_t name[WORDS_MAX])
{
	const char *w = strtok(words, " ");
	memset(m, 0, sizeof *m);
	if (!w)
		return false;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (!strcmp(names[i].name, w))
			m->type = names[i].type;
	if (!strcmp(w, "FOREIGN")) {
		m->type = PAD_HELLO;
		m->a.version = next8();
		return true;
	}
	switch (m->type) {
	case PAD_HELLO:
		m->a.version = next8();
		next_uid(m->uid);
		m->boot = next();
		m->seq = next();
		m->b.queued = next8();
		m->c.dropped = next();
		for (int i = 0; i < 3; i++)
			m->firmware[i] = next8();
		m->left = next8();
		return true;
	case PAD_PONG:
	case PAD_TAMPER:
		next_uid(m->uid);
		/* fall through */
	case PAD_NOTED:
		m->boot = next();
		if (m->type == PAD_PONG) {
			m->c.dropped = next();
		} else {
			m->c.tamper.pulled = (uint16_t)next();
			m->c.tamper.opened = (uint16_t)next();
		}
		return true;
	case PAD_PRESS:
	case PAD_ACK:
	case PAD_LIGHT:
		m->boot = next();
		m->seq = next();
		m->a.level = next8();
		if (m->type == PAD_PRESS)
			m->c.age = next();
		return true;
	case PAD_SHOW:
		m->a.screen = next8();
		m->c.seconds = (uint16_t)next();
		w = strtok(NULL, " ");
		if (!w)
			return false;
		m->name = name;
		for (m->b.staff = 0; *w != '-' && w[0] && w[1]; w += 2)
			name[m->b.staff++] = hex(w);
		return true;
	case PAD_ASK:
	case PAD_SOUND:
		m->a.version = next8();
		return true;
	case PAD_REFUSAL:
		m->a.low = next8();
		m->b.high = next8();
		return true;
	case PAD_PING:
		return true;
	}
	return false;
}
