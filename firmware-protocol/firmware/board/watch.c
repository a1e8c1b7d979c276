#include "board.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "pad.h"

/* A press that the pad has sent: so it has it in its journal. */
struct said {
	uint32_t boot, seq;
	uint8_t level, answer; /* 0: none, 1: acknowledged, 1 + meaning: lit */
};

static struct said *presses;
static size_t presses_n, presses_room;

static struct pad_decoder from_pad, to_pad;

static uint8_t uid[8];
static uint32_t boot, next, dropped;
static uint16_t pulled, opened, noted_pulled, noted_opened;
static uint8_t screen, above, staff_n, meaning;
static char staff[2 * PAD_MAX_STAFF + 1];
static time_t above_until;
static unsigned sounds, answered;

void watch_power_on(void)
{
	memset(&from_pad, 0, sizeof from_pad);
	memset(&to_pad, 0, sizeof to_pad);
	screen = PAD_CLOSED;
	above_until = 0;
}

static struct said *find(uint32_t b, uint32_t seq)
{
	for (size_t i = presses_n; i-- > 0;)
		if (presses[i].boot == b && presses[i].seq == seq)
			return &presses[i];
	return NULL;
}

static void add(const struct pad_message *m)
{
	if (find(m->boot, m->seq))
		return;
	if (presses_n == presses_room) {
		presses_room = presses_room * 2 + 64;
		presses = realloc(presses, presses_room * sizeof *presses);
		if (!presses)
			abort();
	}
	presses[presses_n++] = (struct said){m->boot, m->seq, m->a.level, 0};
}

void watch_out(uint8_t byte)
{
	struct pad_message m;
	if (pad_decode(&from_pad, byte, &m) != PAD_MESSAGE)
		return;
	switch (m.type) {
	case PAD_HELLO:
		memcpy(uid, m.uid, sizeof uid);
		if (m.left == 0) {
			boot = m.boot;
			next = m.seq;
			dropped = m.c.dropped;
		}
		break;
	case PAD_PONG:
		dropped = m.c.dropped;
		break;
	case PAD_TAMPER:
		pulled = m.c.tamper.pulled;
		opened = m.c.tamper.opened;
		break;
	case PAD_PRESS:
		add(&m);
		break;
	}
}

/* acknowledged marks what the pad may forget now. It takes only what it has sent, so what is marked here it forgets. */
static void acknowledged(const struct pad_message *m)
{
	struct said *last = find(m->boot, m->seq);
	if (!last)
		return;
	for (size_t i = 0; i < presses_n; i++) {
		struct said *p = &presses[i];
		if (p->boot == m->boot && p->seq <= m->seq && !p->answer) {
			p->answer = 1;
			answered++;
		}
	}
	if (m->type == PAD_LIGHT && last->answer == 1) {
		last->answer = (uint8_t)(1 + m->a.meaning);
		meaning = m->a.meaning;
	}
}

void watch_in(uint8_t byte)
{
	struct pad_message m;
	if (pad_decode(&to_pad, byte, &m) != PAD_MESSAGE)
		return;
	switch (m.type) {
	case PAD_ACK:
	case PAD_LIGHT:
		acknowledged(&m);
		break;
	case PAD_SHOW:
		if (m.c.seconds) {
			above = m.a.screen;
			above_until = time(NULL) + m.c.seconds;
		} else {
			screen = m.a.screen;
			above_until = 0;
		}
		staff_n = m.b.staff;
		staff[0] = 0;
		for (int i = 0; i < staff_n; i++)
			sprintf(staff + 2 * i, "%02x", m.name[i]);
		break;
	case PAD_SOUND:
		sounds++;
		break;
	case PAD_NOTED:
		noted_pulled = m.c.tamper.pulled;
		noted_opened = m.c.tamper.opened;
		break;
	}
}

size_t watch_state(char *out, size_t room)
{
	struct cpu_seen see = cpu_seen();
	long left = (long)(above_until - time(NULL));
	uint64_t name = 0;
	for (int i = 7; i >= 0; i--)
		name = name << 8 | uid[i];
	return (size_t)snprintf(out, room,
		"{\"powered\":%d,\"plugged\":%d,\"uid\":\"%016" PRIx64 "\",\"boot\":%" PRIu32 ",\"next\":%" PRIu32 ",\"dropped\":%" PRIu32
		",\"sent\":%zu,\"acked\":%u,\"screen\":%d,\"seconds\":%ld,\"staff\":\"%s\",\"lit\":%u,\"light\":%d,\"lamp\":%d,\"buzzer\":%d"
		",\"sounds\":%u,\"shown\":[%u,%u,%u,%u,%u],\"pulled\":%d,\"opened\":%d,\"noted\":[%d,%d],\"ms\":%llu,\"cpu_ms\":%ld}",
		cpu_powered(), line_plugged(), name, boot, next, dropped, presses_n, answered, left > 0 ? above : screen,
		left > 0 ? left : 0, staff, see.lit, meaning, see.lamp, see.buzzer, sounds, see.shown[0], see.shown[1], see.shown[2],
		see.shown[3], see.shown[4], pulled, opened, noted_pulled, noted_opened, see.ms, (long)(clock() * 1000 / CLOCKS_PER_SEC));
}

size_t watch_presses(char *out, size_t room)
{
	size_t n = 0;
	out[0] = 0;
	for (size_t i = 0; i < presses_n && n + 64 < room; i++) {
		const struct said *p = &presses[i];
		n += (size_t)sprintf(out + n, "%s%" PRIu32 ":%" PRIu32 ":%d:%d", i ? " " : "", p->boot, p->seq, p->level, p->answer);
	}
	return n;
}
