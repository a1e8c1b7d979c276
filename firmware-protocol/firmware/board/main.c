/* board FIRMWARE.elf PORT CONTROL EEPROM: runs the pad's firmware. PORT becomes a link to its serial line, CONTROL a
 * socket that takes the lines of control.c and answers each with "ok …" or "no …", EEPROM the file of its cells. It says
 * "ready" when it runs and ends at "quit", or when its parent ends. */
#define _GNU_SOURCE
#include "board.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <unistd.h>

static volatile sig_atomic_t stopped;

static void on_signal(int s)
{
	(void)s;
	stopped = 1;
}

uint32_t chance(void)
{
	static uint32_t x;
	while (x == 0)
		if (getrandom(&x, sizeof x, 0) != sizeof x)
			x = (uint32_t)getpid();
	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return x;
}

int main(int argc, char **argv)
{
	if (argc != 5) {
		fprintf(stderr, "usage: board FIRMWARE.elf PORT CONTROL EEPROM\n");
		return 2;
	}
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	signal(SIGTERM, on_signal);
	signal(SIGINT, on_signal);
	signal(SIGPIPE, SIG_IGN);
	if (!cpu_load(argv[1], argv[4]) || !control_open(argv[3]) || !line_plug(argv[2]))
		return 1;
	cpu_power(true);
	printf("ready\n");
	fflush(stdout);
	bool well = true;
	while (well && !stopped && !control_quit()) {
		if (cpu_powered())
			well = cpu_run(control_serve);
		else
			control_serve(100000000);
	}
	line_unplug();
	cpu_power(false);
	unlink(argv[3]);
	return !well;
}
