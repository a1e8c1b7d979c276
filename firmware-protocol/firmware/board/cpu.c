#include "board.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <simavr/avr_adc.h>
#include <simavr/avr_eeprom.h>
#include <simavr/avr_extint.h>
#include <simavr/avr_ioport.h>
#include <simavr/avr_uart.h>
#include <simavr/sim_avr.h>
#include <simavr/sim_elf.h>
#include <simavr/sim_io.h>

#define EEPROM_SIZE 1024
#define NOISE_CHANNEL 7
#define LIGHT_FIRST 3 /* of port D, from level 5 to 1 */
#define LAMP 5        /* of port B */
#define BUZZER 1
#define LID 0
#define LOOP 2

/* Registers of the chip in its data space. */
#define EECR 0x3f
#define EEARL 0x41
#define EEARH 0x42
#define EEPE 0x02
#define EEPROM_WRITE_US 3400

/* How far the program may run ahead of the clock before it is made to wait: fewer, longer waits are cheaper. */
#define AHEAD_NS 2000000

static avr_t *avr;
static const char *file;
static bool power, cut, byte_wanted = true;
static avr_irq_t *uart_in;
static struct cpu_seen seen;
static unsigned keys_down, lid_open, loop_open;
static struct { int left; bool down; } bouncing[LEVELS];
static int torn = -1;        /* the cell that is being written, -1: none */
static uint8_t torn_was;     /* what it held before */
static uint64_t began, done; /* the clock at the last reset, and the cycles then */
static uint64_t lived;       /* ms of emulated time before it */

static uint64_t now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

static uint64_t emulated(avr_cycle_count_t cycle) { return began + (cycle - done) * 125 / 2; }

/* pin drives a pin from outside, and keeps it driven through resets of the port. A reset clears what the chip reads
 * there; simavr passes only changes on, so it gets one. */
static void pin(char port, unsigned driven, unsigned levels, int n)
{
	avr_ioport_external_t e = {.name = (unsigned long)port & 0x7f, .mask = driven, .value = levels};
	avr_ioctl(avr, AVR_IOCTL_IOPORT_SET_EXTERNAL(port), &e);
	avr_irq_t *irq = avr_io_getirq(avr, AVR_IOCTL_IOPORT_GETIRQ(port), n);
	avr_raise_irq(irq, !(levels >> n & 1));
	avr_raise_irq(irq, levels >> n & 1);
}

static void drive(void)
{
	for (int i = 0; i < LEVELS; i++)
		pin('C', 0x1f, ~keys_down & 0x1f, i);
	unsigned tamper = lid_open << LID | loop_open << LOOP;
	pin('B', 1 << LID | 1 << LOOP, tamper, LID);
	pin('B', 1 << LID | 1 << LOOP, tamper, LOOP);
}

/* Key of level 5 is at pin 0. */
static int pin_of(int level) { return LEVELS - level; }

void cpu_key(int level, bool down)
{
	unsigned bit = 1u << pin_of(level);
	keys_down = down ? keys_down | bit : keys_down & ~bit;
	if (power)
		drive();
}

static avr_cycle_count_t bounce(avr_t *a, avr_cycle_count_t when, void *param)
{
	int level = (int)(intptr_t)param, i = level - 1;
	(void)a;
	if (--bouncing[i].left <= 0) {
		cpu_key(level, bouncing[i].down);
		return 0;
	}
	cpu_key(level, bouncing[i].left & 1);
	return when + 1600 + chance() % 24000; /* 0.1 to 1.6 ms */
}

void cpu_bounce(int level, bool down)
{
	if (!power) {
		cpu_key(level, down);
		return;
	}
	bouncing[level - 1].left = 9;
	bouncing[level - 1].down = down;
	avr_cycle_timer_register(avr, 1, bounce, (void *)(intptr_t)level);
}

void cpu_lid(bool open)
{
	lid_open = open;
	if (power)
		drive();
}

void cpu_loop(bool open)
{
	loop_open = open;
	if (power)
		drive();
}

static void on_light(struct avr_irq_t *irq, uint32_t value, void *param)
{
	int level = (int)(intptr_t)param;
	unsigned bit = 1u << (level - 1);
	(void)irq;
	if (value && !(seen.lit & bit))
		seen.shown[level - 1]++;
	seen.lit = value ? seen.lit | bit : seen.lit & ~bit;
}

static void on_flag(struct avr_irq_t *irq, uint32_t value, void *param)
{
	(void)irq;
	*(bool *)param = value;
}

static void on_byte(struct avr_irq_t *irq, uint32_t value, void *param)
{
	(void)irq, (void)param;
	watch_out((uint8_t)value);
	line_out((uint8_t)value);
}

static void on_xon(struct avr_irq_t *irq, uint32_t value, void *param)
{
	(void)irq, (void)value;
	byte_wanted = param != NULL;
}

/* What hangs loose reads something else each time. */
static void on_conversion(struct avr_irq_t *irq, uint32_t value, void *param)
{
	(void)irq, (void)value, (void)param;
	avr_raise_irq(avr_io_getirq(avr, AVR_IOCTL_ADC_GETIRQ, ADC_IRQ_ADC0 + NOISE_CHANNEL), 1200 + chance() % 900);
}

static avr_cycle_count_t written(avr_t *a, avr_cycle_count_t when, void *param)
{
	(void)when, (void)param;
	a->data[EECR] &= (uint8_t)~EEPE;
	torn = -1;
	return 0;
}

static uint8_t *cells(void)
{
	avr_eeprom_desc_t e = {.ee = NULL, .offset = 0, .size = EEPROM_SIZE};
	avr_ioctl(avr, AVR_IOCTL_EEPROM_GET, &e);
	return e.ee;
}

/* simavr writes a cell at once. The chip takes its time, and says so: the bit stays set meanwhile, and the power can go. */
static uint8_t before[EEPROM_SIZE];
static void on_eecr(avr_t *a, avr_io_addr_t addr, uint8_t value, void *param)
{
	(void)addr, (void)param;
	if (!(value & EEPE) || torn >= 0)
		return;
	int at = a->data[EEARL] | (a->data[EEARH] & 3) << 8;
	torn = at;
	torn_was = before[at];
	before[at] = cells()[at];
	a->data[EECR] |= EEPE;
	avr_cycle_timer_register_usec(a, EEPROM_WRITE_US, written, NULL);
}

/* A cell that lost its power while it was written holds what it held, nothing, what it should, or anything. */
static void tear(void)
{
	if (torn < 0)
		return;
	uint8_t *cell = cells() + torn;
	switch (chance() % 4) {
	case 0:
		*cell = torn_was;
		break;
	case 1:
		*cell = 0xff;
		break;
	case 2:
		*cell = (uint8_t)chance();
		break;
	}
	before[torn] = *cell;
	torn = -1;
}

static void save(void)
{
	FILE *f = fopen(file, "w");
	if (!f || fwrite(cells(), EEPROM_SIZE, 1, f) != 1 || fclose(f))
		perror(file);
}

/* After init and after each reset: else simavr looks at INT0 and INT1 in every cycle while their pins are low. */
static void settle(void)
{
	avr_extint_set_strict_lvl_trig(avr, 0, 0);
	avr_extint_set_strict_lvl_trig(avr, 1, 0);
	byte_wanted = true;
	for (int level = 1; level <= LEVELS; level++) {
		unsigned bit = 1u << pin_of(level);
		if (bouncing[level - 1].left > 0) /* its timer went with the reset: it rests where it was going */
			keys_down = bouncing[level - 1].down ? keys_down | bit : keys_down & ~bit;
		bouncing[level - 1].left = 0;
	}
	drive();
}

/* restart begins the program anew. simavr's count of cycles may begin anew with it; time goes on. */
static void restart(void)
{
	lived += (avr->cycle - done) / (HZ / 1000);
	avr_reset(avr);
	settle();
	began = now();
	done = avr->cycle;
}

void cpu_reset(void)
{
	if (!power)
		return;
	restart();
	torn = -1; /* a cell that was being written is written to its end */
}

void cpu_power(bool on)
{
	if (on == power)
		return;
	power = on;
	if (!on) {
		cut = false;
		tear();
		save();
		seen.lit = 0;
		seen.lamp = seen.buzzer = false;
		return;
	}
	restart();
	watch_power_on();
}

static avr_cycle_count_t on_cut(avr_t *a, avr_cycle_count_t when, void *param)
{
	(void)a, (void)when, (void)param;
	cut = true;
	return 0;
}

void cpu_cut(uint32_t cycles)
{
	if (power)
		avr_cycle_timer_register(avr, cycles + 1, on_cut, NULL);
}

bool cpu_powered(void) { return power; }

struct cpu_seen cpu_seen(void)
{
	seen.ms = lived + (avr->cycle - done) / (HZ / 1000);
	return seen;
}

bool cpu_ready_for_byte(void) { return power && byte_wanted; }

void cpu_byte(uint8_t byte) { avr_raise_irq(uart_in, byte); }

/* The chip sleeps: its time goes on, ours is waited for where it is far enough ahead. */
static void (*wait_for)(uint64_t ns);
static void on_sleep(avr_t *a, avr_cycle_count_t cycles)
{
	uint64_t then = emulated(a->cycle + cycles), at = now();
	if (then > at + AHEAD_NS)
		wait_for(then - at);
}

bool cpu_run(void (*wait)(uint64_t ns))
{
	wait_for = wait;
	avr_cycle_count_t until = avr->cycle + HZ / 1000;
	while (power && avr->cycle < until) {
		int state = avr_run(avr);
		if (state == cpu_Done || state == cpu_Crashed) {
			fprintf(stderr, "the program crashed at %04x\n", avr->pc);
			return false;
		}
		if (cut)
			cpu_power(false);
	}
	uint64_t then = emulated(avr->cycle), at = now();
	wait(power && then > at + AHEAD_NS ? then - at : 0);
	return true;
}

static void silent(avr_t *a, const int level, const char *format, va_list args)
{
	(void)a;
	if (level <= LOG_ERROR)
		vfprintf(stderr, format, args);
}

bool cpu_load(const char *firmware, const char *eeprom)
{
	static elf_firmware_t f;
	avr_global_logger_set(silent);
	if (elf_read_firmware(firmware, &f)) {
		fprintf(stderr, "%s: not a program for the chip\n", firmware);
		return false;
	}
	f.frequency = HZ;
	f.vcc = f.avcc = f.aref = 5000;
	avr = avr_make_mcu_by_name("atmega328p");
	if (!avr || avr_init(avr))
		return false;
	avr_load_firmware(avr, &f);
	avr->frequency = HZ;
	avr->sleep = on_sleep;

	file = eeprom;
	memset(before, 0xff, sizeof before);
	FILE *e = fopen(eeprom, "r");
	if (e) {
		if (fread(before, sizeof before, 1, e) != 1)
			fprintf(stderr, "%s: shorter than the chip's memory; the rest is erased\n", eeprom);
		fclose(e);
	}
	avr_eeprom_desc_t all = {.ee = before, .offset = 0, .size = EEPROM_SIZE};
	avr_ioctl(avr, AVR_IOCTL_EEPROM_SET, &all);
	avr_register_io_write(avr, EECR, on_eecr, NULL);

	uint32_t flags = 0;
	avr_ioctl(avr, AVR_IOCTL_UART_GET_FLAGS('0'), &flags);
	flags &= ~(uint32_t)(AVR_UART_FLAG_STDIO | AVR_UART_FLAG_POLL_SLEEP);
	avr_ioctl(avr, AVR_IOCTL_UART_SET_FLAGS('0'), &flags);
	uart_in = avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_INPUT);
	avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_OUTPUT), on_byte, NULL);
	avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_OUT_XON), on_xon, &seen);
	avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_OUT_XOFF), on_xon, NULL);
	for (int level = 1; level <= LEVELS; level++)
		avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_IOPORT_GETIRQ('D'), LIGHT_FIRST + pin_of(level)), on_light, (void *)(intptr_t)level);
	avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_IOPORT_GETIRQ('B'), LAMP), on_flag, &seen.lamp);
	avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_IOPORT_GETIRQ('B'), BUZZER), on_flag, &seen.buzzer);
	avr_irq_register_notify(avr_io_getirq(avr, AVR_IOCTL_ADC_GETIRQ, ADC_IRQ_OUT_TRIGGER), on_conversion, NULL);
	return true;
}
