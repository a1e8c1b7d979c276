/* The emulated board: the real firmware on an ATmega328P in simavr, with its serial line on a pseudo-terminal and
 * fingers, plugs and power at a socket. It runs in real time. Each file keeps its own state; main.c calls them in turn. */
#ifndef BOARD_H
#define BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HZ 16000000
#define LEVELS 5

/* A number that nothing else depends on. */
uint32_t chance(void);

/* cpu.c: the chip, what is wired to it, and the power. */
bool cpu_load(const char *firmware, const char *eeprom);
bool cpu_powered(void);
void cpu_power(bool on);                 /* off: writes the EEPROM's file, what is being written is torn */
void cpu_cut(uint32_t cycles);           /* the power goes after so many cycles */
void cpu_reset(void);                    /* the button on the board: the power stays */
bool cpu_run(void (*wait)(uint64_t ns)); /* a little of the program; false: it crashed */
void cpu_key(int level, bool down);
void cpu_bounce(int level, bool down);
void cpu_lid(bool open);
void cpu_loop(bool open);
bool cpu_ready_for_byte(void);
void cpu_byte(uint8_t byte);
struct cpu_seen {
	unsigned lit; /* keys that are lit, by bits: 0 is level 1 */
	bool lamp, buzzer;
	unsigned shown[LEVELS]; /* how often each key lit up, from dark */
	unsigned long long ms;  /* emulated since power first came */
};
struct cpu_seen cpu_seen(void);

/* line.c: the cable. */
bool line_plug(const char *link);
void line_unplug(void);
bool line_plugged(void);
void line_noise(unsigned flip, unsigned drop); /* of a million bytes, both ways */
void line_out(uint8_t byte);
void line_in(void); /* hands on what came while the chip takes it */
int line_wants(short *events);

/* watch.c: what is said on the line, understood as the two sides understand it. */
void watch_out(uint8_t byte);
void watch_in(uint8_t byte);
void watch_power_on(void);
size_t watch_state(char *out, size_t room);
size_t watch_presses(char *out, size_t room);

/* control.c: the socket. */
bool control_open(const char *path);
void control_serve(uint64_t wait_ns); /* waits for the socket and the line, at most so long */
bool control_quit(void);

#endif
