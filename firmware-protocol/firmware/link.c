#include "link.h"

#include <string.h>

#include "identity.h"
#include "lights.h"
#include "queue.h"
#include "tamper.h"
#include "uart.h"

#define RESEND_MIN 100
#define RESEND_MAX 800
#define LIGHT_AGE 100 /* 10 s in steps of 100 ms */
#define QUIET_MS 5000

#define FIRMWARE {1, 0, 0}

static struct pad_decoder decoder;
static struct pad_message message; /* the one that came, then the one that goes: never both */

/* Presses at the head of the queue: sent since the last start from the front, and at all since power-up (§4.1). All of
 * them are of one boot and consecutive. */
static uint8_t out, sent;
static uint16_t resend = RESEND_MIN;
static uint32_t last; /* when the last press was sent */

static uint8_t hello;            /* the press at which the next HELLO's boot begins */
static bool helloing, ponging, tampering; /* what is due */

static bool refused, heard;
static uint32_t heard_at;

static void send(void)
{
	static uint8_t wire[PAD_MAX_WIRE];
	uart_write(wire, pad_encode(wire, &message));
}

static bool room(void) { return uart_room() >= PAD_MAX_WIRE; }

static void say_hellos(void)
{
	helloing = true;
	hello = 0;
}

void link_start(void)
{
	const uint8_t end = 0;
	uart_write(&end, 1);
	say_hellos();
}

void link_tampered(void) { tampering = true; }

bool link_out_of_order(uint32_t now)
{
	if (heard && now - heard_at > QUIET_MS)
		heard = false;
	return refused || !heard;
}

/* acknowledged takes the presses up to seq out of the queue, if that is what it can mean (§4.3), and lights the key of
 * the last. */
static void acknowledged(uint8_t meaning, uint32_t now)
{
	for (uint8_t i = 0; i < sent; i++) {
		struct press *p = queue_at(i);
		if (p->boot != message.boot)
			return;
		if (p->seq != message.seq)
			continue;
		if (meaning && queue_age(p, now) <= LIGHT_AGE)
			lights_say(p->level, meaning, now);
		uint8_t n = (uint8_t)(i + 1);
		queue_forget(n);
		sent = (uint8_t)(sent - n);
		out = out > n ? (uint8_t)(out - n) : 0;
		hello = hello > n ? (uint8_t)(hello - n) : 0;
		resend = RESEND_MIN;
		return;
	}
}

static void handle(uint32_t now)
{
	switch (message.type) {
	case PAD_ASK:
		if (message.a.version == PAD_VERSION)
			refused = false;
		say_hellos();
		out = 0;
		resend = RESEND_MIN;
		break;
	case PAD_PING:
		ponging = true;
		break;
	case PAD_ACK:
		acknowledged(0, now);
		break;
	case PAD_LIGHT:
		acknowledged(message.a.meaning, now);
		break;
	case PAD_SHOW:
		lights_show(message.a.screen, message.c.seconds, now);
		break;
	case PAD_SOUND:
		lights_sound(message.a.tone, now);
		break;
	case PAD_REFUSAL:
		refused = message.a.low > PAD_VERSION || message.b.high < PAD_VERSION;
		break;
	case PAD_NOTED:
		if (message.boot == identity_boot())
			tamper_note(message.c.tamper.pulled, message.c.tamper.opened);
		break;
	default:
		return; /* not a message of an agent: an echo */
	}
	heard = true;
	heard_at = now;
}

void link_receive(uint32_t now)
{
	uint8_t byte;
	while (uart_read(&byte))
		if (pad_decode(&decoder, byte, &message) == PAD_MESSAGE)
			handle(now);
}

static void about_this_run(uint8_t type)
{
	message.type = type;
	memcpy(message.uid, identity_uid(), sizeof message.uid);
	message.boot = identity_boot();
}

/* send_hello sends the HELLO of the boot of press hello on, or of the one that runs now (§4.4). */
static void send_hello(void)
{
	static const uint8_t firmware[] = FIRMWARE;
	uint8_t i = hello, n = queue_length();
	about_this_run(PAD_HELLO);
	message.a.version = PAD_VERSION;
	memcpy(message.firmware, firmware, sizeof firmware);
	message.seq = queue_next();
	message.b.queued = 0;
	if (i < n) {
		message.boot = queue_at(i)->boot;
		do
			i++;
		while (i < n && queue_follows(i));
		message.b.queued = (uint8_t)(i - hello);
		message.seq = queue_at((uint8_t)(i - 1))->seq + 1;
		while (i < n && queue_at(i)->boot == message.boot)
			i++; /* behind a hole: when it is next */
	}
	bool present = message.boot == identity_boot();
	message.c.dropped = present ? queue_dropped() : 0;
	message.left = present ? 0 : queue_boots(i);
	if (!present && (n == 0 || queue_at((uint8_t)(n - 1))->boot != identity_boot()))
		message.left++;
	hello = i;
	helloing = !present;
	if (present)
		tampering = true;
	send();
}

static void send_pong(void)
{
	about_this_run(PAD_PONG);
	message.c.dropped = queue_dropped();
	ponging = false;
	tampering = true;
	send();
}

static void send_tamper(void)
{
	tampering = false;
	if (!tamper_pulled() && !tamper_opened())
		return;
	about_this_run(PAD_TAMPER);
	message.c.tamper.pulled = tamper_pulled();
	message.c.tamper.opened = tamper_opened();
	send();
}

/* send_presses sends from the head of the queue on, a window of one boot (§4.3). */
static void send_presses(uint32_t now)
{
	if (out && now - last >= resend) {
		out = 0;
		resend = resend < RESEND_MAX / 2 ? resend * 2 : RESEND_MAX;
	}
	while (out < PAD_WINDOW && out < queue_length() && room()) {
		struct press *p = queue_at(out);
		if (p->place == PLACE_NONE || (out && !queue_follows(out)))
			return;
		message.type = PAD_PRESS;
		message.boot = p->boot;
		message.seq = p->seq;
		message.a.level = p->level & (uint8_t)~AGE_LOST;
		message.c.age = queue_age(p, now);
		send();
		last = now;
		out++;
		if (sent < out)
			sent = out;
	}
}

void link_send(uint32_t now)
{
	while (helloing && room())
		send_hello();
	if (helloing)
		return;
	if (ponging && room())
		send_pong();
	if (tampering && room())
		send_tamper();
	if (!refused)
		send_presses(now);
}
