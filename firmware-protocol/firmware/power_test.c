/* power_test: what the pad keeps, run on a computer and left without power at every single write, and then at any write
 * over many lives. The cell that is being written holds what it held, nothing, what it should, or anything. A press that
 * the journal had taken and nobody acknowledged must be there again, as it was; no press may be there that nobody made;
 * no boot may come twice, although the noise is taken away. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "eeprom.h"
#include "identity.h"
#include "journal.h"
#include "noise.h"
#include "queue.h"

#define CELLS 1024
#define LIVES 300
#define MADE 20000

/* What outlives a life: the cells, and what the test knows of the presses. */
static struct {
	uint8_t cells[CELLS];
	uint8_t worn[CELLS]; /* these stay as they are */
	long writes_left;    /* until the power goes */
	int tear;            /* how: 0 to 3 */
	unsigned random;
	uint32_t boots[LIVES + 1], boots_n;
	struct made {
		uint32_t boot, seq;
		uint8_t level, kept, acked;
	} made[MADE];
	uint32_t made_n, back, spared;
	int fault;
} *all;

static unsigned chance(void) { return (all->random = all->random * 1664525u + 1013904223u) >> 8; }

static void fail(const char *what, uint32_t boot, uint32_t seq)
{
	printf("%s: boot %08x, press %u (made so far: %u)\n", what, boot, seq, all->made_n);
	all->fault = 1;
	_exit(1);
}

bool eeprom_busy(void) { return false; }

uint8_t eeprom_read(uint16_t at) { return all->cells[at]; }

void eeprom_start(uint16_t at, uint8_t byte)
{
	uint8_t was = all->cells[at], torn[] = {was, 0xff, byte, (uint8_t)chance()};
	bool ends = all->writes_left-- == 0;
	if (!all->worn[at])
		all->cells[at] = ends ? torn[all->tear] : byte;
	if (ends)
		_exit(0);
}

uint16_t noise16(void) { return 0; }

static struct made *find(uint32_t boot, uint32_t seq)
{
	for (uint32_t i = all->made_n; i-- > 0 && i + 500 > all->made_n;)
		if (all->made[i].boot == boot && all->made[i].seq == seq)
			return &all->made[i];
	return NULL;
}

/* wake begins a life and compares what is there with what must be. */
static void wake(void)
{
	identity_start();
	for (uint32_t i = 0; i < all->boots_n; i++)
		if (all->boots[i] == identity_boot())
			fail("this boot came before", identity_boot(), 0);
	all->boots[all->boots_n++] = identity_boot();
	journal_start((uint16_t)chance());
	for (uint8_t i = 0; i < queue_length(); i++) {
		const struct press *p = queue_at(i);
		const struct made *m = find(p->boot, p->seq);
		if (!m)
			fail("nobody made this", p->boot, p->seq);
		if (m->level != (p->level & ~AGE_LOST))
			fail("the level is another", p->boot, p->seq);
		if (i && p->boot == queue_at((uint8_t)(i - 1))->boot && !queue_follows(i))
			fail("there is a hole before", p->boot, p->seq);
		all->back++;
	}
	for (uint32_t i = all->made_n; i-- > 0 && i + 200 > all->made_n;) {
		const struct made *m = &all->made[i];
		bool there = false;
		for (uint8_t j = 0; j < queue_length(); j++)
			there |= queue_at(j)->boot == m->boot && queue_at(j)->seq == m->seq;
		if (m->kept && !m->acked && !there)
			fail("lost", m->boot, m->seq);
	}
}

static void make(void)
{
	uint8_t before = queue_length(), level = (uint8_t)(1 + chance() % 5);
	queue_take(level, 0);
	if (queue_length() == before)
		return;
	struct press *p = queue_at(before);
	if (all->made_n < MADE)
		all->made[all->made_n++] = (struct made){p->boot, p->seq, level, 0, 0};
}

/* kept notes which presses the journal has taken: only these may be sent. */
static void kept(void)
{
	for (uint8_t i = 0; i < queue_length(); i++) {
		const struct press *p = queue_at(i);
		struct made *m = find(p->boot, p->seq);
		if (m && p->place != PLACE_NONE && p->place != PLACE_RAM)
			m->kept = 1;
		if (m && p->place == PLACE_RAM)
			all->spared++;
	}
}

static void acknowledge(uint8_t n)
{
	for (uint8_t i = 0; i < n; i++) {
		struct made *m = find(queue_at(i)->boot, queue_at(i)->seq);
		if (m)
			m->acked = 1;
	}
	queue_forget(n);
}

static uint8_t sendable(void)
{
	uint8_t n = 0;
	while (n < queue_length() && queue_at(n)->place != PLACE_NONE)
		n++;
	return n;
}

/* live goes on until the power goes, at the latest after so many steps. */
static void live(int steps)
{
	wake();
	while (steps--) {
		if (chance() % 12 == 0)
			make();
		if (chance() % 60 == 0 && sendable())
			acknowledge((uint8_t)(1 + chance() % sendable()));
		journal_work();
		kept();
	}
}

/* in_a_life does something in a process of its own: it begins with nothing in memory, as a chip does. */
static void in_a_life(void (*do_it)(int), int n)
{
	int status;
	fflush(stdout);
	pid_t p = fork();
	if (p == 0) {
		do_it(n);
		_exit(0);
	}
	waitpid(p, &status, 0);
	if (all->fault || status != 0)
		exit(1);
}

static void anew(unsigned seed)
{
	memset(all, 0, sizeof *all);
	memset(all->cells, 0xff, CELLS);
	all->random = seed;
	all->writes_left = 1L << 60;
}

int main(void)
{
	all = mmap(NULL, sizeof *all, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (all == MAP_FAILED)
		return 2;
	int cuts = 0;
	for (int at = 0; at < 200; at++) /* at every write of a life that makes some 15 presses, and torn in every way */
		for (int tear = 0; tear < 4; tear++, cuts++) {
			anew(1);
			all->writes_left = at;
			all->tear = tear;
			in_a_life(live, 400);
			all->writes_left = 1L << 60;
			in_a_life(live, 50);
		}
	printf("power cut at each of 200 writes, torn in 4 ways: %d cuts\n", cuts);
	for (int worn = 0; worn < 2; worn++) {
		anew(7);
		for (int i = EE_JOURNAL; worn && i < CELLS; i++)
			all->worn[i] = chance() % 200 == 0;
		for (int life = 0; life < LIVES / 2; life++) {
			all->writes_left = chance() % 300;
			all->tear = (int)(chance() % 4);
			in_a_life(live, 1000);
		}
		printf("%d lives%s: %u presses made, %u came back after a cut, %u times one could not be kept\n", LIVES / 2,
		       worn ? ", 1 cell in 200 worn" : "", all->made_n, all->back, all->spared);
		if (!all->back || (!worn && all->spared))
			return 1;
	}
	return 0;
}
