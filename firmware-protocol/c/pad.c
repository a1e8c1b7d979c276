#include "pad.h"

#include <string.h>

/* §2.2: CRC-16/MCRF4XX, polynomial 0x1021 reflected, start 0xffff, nothing inverted. Eight shifts a byte instead of a
 * table: half a kilobyte of flash is worth more here than 30 µs. */
static uint16_t checksum(const uint8_t *p, uint8_t n)
{
	uint16_t c = 0xffff;
	while (n--) {
		c ^= *p++;
		for (uint8_t i = 0; i < 8; i++) {
			bool low = c & 1;
			c >>= 1;
			if (low)
				c ^= 0x8408;
		}
	}
	return c;
}

/* put writes the lowest n bytes of v and returns where the next field goes. */
static uint8_t *put(uint8_t *p, uint32_t v, uint8_t n)
{
	while (n--) {
		*p++ = (uint8_t)v;
		v >>= 8;
	}
	return p;
}

static uint32_t get(const uint8_t *p, uint8_t n)
{
	uint32_t v = 0;
	while (n--)
		v = v << 8 | p[n];
	return v;
}

/* Lengths of bodies by type (§3); SHOW without its name. 0: no such type. */
static uint8_t length_of(uint8_t type)
{
	switch (type) {
	case PAD_HELLO:
		return 27;
	case PAD_PRESS:
		return 13;
	case PAD_PONG:
	case PAD_TAMPER:
		return 17;
	case PAD_ASK:
	case PAD_SOUND:
		return 2;
	case PAD_ACK:
	case PAD_NOTED:
		return 9;
	case PAD_LIGHT:
		return 10;
	case PAD_SHOW:
		return 5;
	case PAD_PING:
		return 1;
	case PAD_REFUSAL:
		return 3;
	}
	return 0;
}

/* read_body turns the n bytes at b, whose checksum is right, into a message (§2.3, 3 and 4). */
static enum pad_found read_body(const uint8_t *b, uint8_t n, struct pad_message *m)
{
	m->type = b[0];
	m->a.version = n > 1 ? b[1] : PAD_VERSION;
	if (m->type == PAD_HELLO && m->a.version != PAD_VERSION)
		return PAD_MESSAGE; /* §3.1: nothing else of it is read */
	uint16_t want = length_of(m->type);
	if (want == 0)
		return PAD_BAD_TYPE;
	if (m->type == PAD_SHOW && n >= want)
		want += b[4];
	if (n != want)
		return PAD_BAD_LENGTH;

	bool good = true;
	const uint8_t *f = b + 1;
	switch (m->type) {
	case PAD_HELLO:
		memcpy(m->uid, f + 1, 8);
		m->boot = get(f + 9, 4);
		m->seq = get(f + 13, 4);
		m->b.queued = f[17];
		m->c.dropped = get(f + 18, 4);
		memcpy(m->firmware, f + 22, 3);
		m->left = f[25];
		good = m->b.queued <= PAD_QUEUE && m->b.queued < m->seq && m->left <= PAD_QUEUE;
		break;
	case PAD_PONG:
	case PAD_TAMPER:
		memcpy(m->uid, f, 8);
		f += 8;
		/* fall through */
	case PAD_NOTED:
		m->boot = get(f, 4);
		if (m->type == PAD_PONG) {
			m->c.dropped = get(f + 4, 4);
		} else {
			m->c.tamper.pulled = (uint16_t)get(f + 4, 2);
			m->c.tamper.opened = (uint16_t)get(f + 6, 2);
		}
		break;
	case PAD_PRESS:
	case PAD_ACK:
	case PAD_LIGHT:
		m->boot = get(f, 4);
		m->seq = get(f + 4, 4);
		if (m->type == PAD_ACK)
			break;
		m->a.level = f[8];
		if (m->type == PAD_LIGHT) {
			good = m->a.meaning == PAD_BECAME || m->a.meaning == PAD_KEPT;
			break;
		}
		m->c.age = get(f + 9, 3);
		good = m->seq > 0 && m->a.level >= 1 && m->a.level <= 5;
		break;
	case PAD_SHOW:
		m->c.seconds = (uint16_t)get(f + 1, 2);
		m->b.staff = f[3];
		m->name = f + 4;
		good = m->a.screen <= PAD_CLOSED && m->b.staff <= PAD_MAX_STAFF;
		break;
	case PAD_SOUND:
		good = m->a.tone >= PAD_TONE_INVITE && m->a.tone <= PAD_TONE_FAULT;
		break;
	case PAD_REFUSAL:
		m->b.high = f[1];
		break;
	}
	return good ? PAD_MESSAGE : PAD_BAD_VALUE;
}

/* write_body writes the body of *m and returns where it ends, NULL where m cannot be sent. */
static uint8_t *write_body(uint8_t *b, const struct pad_message *m)
{
	if (length_of(m->type) == 0)
		return NULL;
	*b++ = m->type;
	switch (m->type) {
	case PAD_HELLO:
		*b++ = m->a.version;
		if (m->a.version != PAD_VERSION)
			break;
		memcpy(b, m->uid, 8);
		b = put(b + 8, m->boot, 4);
		b = put(b, m->seq, 4);
		*b++ = m->b.queued;
		b = put(b, m->c.dropped, 4);
		memcpy(b, m->firmware, 3);
		b += 3;
		*b++ = m->left;
		break;
	case PAD_PONG:
	case PAD_TAMPER:
		memcpy(b, m->uid, 8);
		b += 8;
		/* fall through */
	case PAD_NOTED:
		b = put(b, m->boot, 4);
		if (m->type == PAD_PONG) {
			b = put(b, m->c.dropped, 4);
		} else {
			b = put(b, m->c.tamper.pulled, 2);
			b = put(b, m->c.tamper.opened, 2);
		}
		break;
	case PAD_PRESS:
	case PAD_ACK:
	case PAD_LIGHT:
		b = put(b, m->boot, 4);
		b = put(b, m->seq, 4);
		if (m->type == PAD_ACK)
			break;
		*b++ = m->a.level;
		if (m->type == PAD_PRESS)
			b = put(b, m->c.age, 3);
		break;
	case PAD_SHOW:
		if (m->b.staff > PAD_MAX_STAFF)
			return NULL;
		*b++ = m->a.screen;
		b = put(b, m->c.seconds, 2);
		*b++ = m->b.staff;
		if (m->b.staff)
			memcpy(b, m->name, m->b.staff);
		b += m->b.staff;
		break;
	case PAD_ASK:
	case PAD_SOUND:
		*b++ = m->a.version;
		break;
	case PAD_REFUSAL:
		*b++ = m->a.low;
		*b++ = m->b.high;
		break;
	}
	return b;
}

/* uncobs undoes the byte stuffing of the n bytes at p in place (§2.1) and returns how many are left; 0: a length points
 * beyond the end. */
static uint8_t uncobs(uint8_t *p, uint8_t n)
{
	uint8_t from = 0, to = 0;
	while (from < n) {
		uint8_t next = (uint8_t)(from + p[from]);
		if (next > n || next < from)
			return 0;
		while (++from < next)
			p[to++] = p[from];
		if (from < n)
			p[to++] = 0;
	}
	return to;
}

enum pad_found pad_decode(struct pad_decoder *d, uint8_t byte, struct pad_message *m)
{
	if (byte) {
		if (d->n < sizeof d->buf)
			d->buf[d->n] = byte;
		if (d->n <= sizeof d->buf)
			d->n++;
		return PAD_NOTHING;
	}
	uint8_t n = d->n;
	d->n = 0;
	if (n == 0)
		return PAD_NOTHING; /* an empty frame marks a fresh start */
	if (n > sizeof d->buf)
		return PAD_BAD_FRAMING;
	n = uncobs(d->buf, n);
	if (n < 3)
		return PAD_BAD_FRAMING;
	n = (uint8_t)(n - 2);
	if (checksum(d->buf, n) != get(d->buf + n, 2))
		return PAD_BAD_CHECKSUM;
	return read_body(d->buf, n, m);
}

uint8_t pad_encode(uint8_t wire[PAD_MAX_WIRE], const struct pad_message *m)
{
	uint8_t *body = wire + 1, *end = write_body(body, m);
	if (!end)
		return 0;
	end = put(end, checksum(body, (uint8_t)(end - body)), 2);
	/* Byte stuffing in place: each zero, and the byte before the body, becomes the length of the run after it. */
	uint8_t *code = wire;
	for (uint8_t *p = body; p < end; p++) {
		if (*p == 0) {
			*code = (uint8_t)(p - code);
			code = p;
		}
	}
	*code = (uint8_t)(end - code);
	*end++ = 0;
	return (uint8_t)(end - wire);
}
