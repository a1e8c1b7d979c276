#define _GNU_SOURCE
#include "board.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define ANSWER_ROOM 262144

static int listening = -1, caller = -1;
static bool quit;
static char line[256];
static size_t line_n;

bool control_open(const char *path)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof a.sun_path) {
		fprintf(stderr, "%s: the path is too long for a socket\n", path);
		return false;
	}
	strcpy(a.sun_path, path);
	unlink(path);
	listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (listening < 0 || bind(listening, (struct sockaddr *)&a, sizeof a) || listen(listening, 4)) {
		perror(path);
		return false;
	}
	return true;
}

bool control_quit(void) { return quit; }

static bool is_level(int n) { return n >= 1 && n <= LEVELS; }

/* act does what a line asks for and writes what it asks to know. False: nobody knows such a word. */
static bool act(const char *l, char *answer)
{
	unsigned a, b;
	int n;
	if (sscanf(l, "press %d", &n) == 1 && is_level(n))
		cpu_key(n, true);
	else if (sscanf(l, "release %d", &n) == 1 && is_level(n))
		cpu_key(n, false);
	else if (sscanf(l, "bounce %d", &n) == 1 && is_level(n))
		cpu_bounce(n, true);
	else if (sscanf(l, "unbounce %d", &n) == 1 && is_level(n))
		cpu_bounce(n, false);
	else if (sscanf(l, "noise %u %u", &a, &b) == 2)
		line_noise(a, b);
	else if (sscanf(l, "cut %u", &a) == 1)
		cpu_cut(a);
	else if (!strcmp(l, "off"))
		cpu_power(false);
	else if (!strcmp(l, "on"))
		cpu_power(true);
	else if (!strcmp(l, "reset"))
		cpu_reset();
	else if (!strcmp(l, "open") || !strcmp(l, "close"))
		cpu_lid(l[0] == 'o');
	else if (!strcmp(l, "unplug")) {
		line_unplug();
		cpu_loop(true);
	} else if (!strcmp(l, "plug")) {
		cpu_loop(false);
		return line_plug(NULL);
	} else if (!strncmp(l, "plug ", 5)) {
		static char path[256];
		strcpy(path, l + 5);
		cpu_loop(false);
		return line_plug(path);
	} else if (!strcmp(l, "state"))
		watch_state(answer, ANSWER_ROOM);
	else if (!strcmp(l, "presses"))
		watch_presses(answer, ANSWER_ROOM);
	else if (!strcmp(l, "quit"))
		quit = true;
	else
		return false;
	return true;
}

static void hang_up(void)
{
	close(caller);
	caller = -1;
	line_n = 0;
}

static void answer(void)
{
	static char said[ANSWER_ROOM + 8];
	strcpy(said, "ok ");
	said[3] = 0;
	if (!act(line, said + 3))
		strcpy(said, "no: press N, release N, bounce N, unbounce N, unplug, plug [PATH], cut CYCLES, off, on, reset, open, close, "
			     "noise FLIP DROP (of a million), state, presses, quit");
	strcat(said, "\n");
	size_t n = strlen(said);
	for (size_t at = 0; at < n;) {
		ssize_t w = send(caller, said + at, n - at, MSG_NOSIGNAL);
		if (w <= 0) {
			hang_up();
			return;
		}
		at += (size_t)w;
	}
}

static void hear(void)
{
	char c[256];
	ssize_t n = read(caller, c, sizeof c);
	if (n <= 0) {
		hang_up();
		return;
	}
	for (ssize_t i = 0; i < n && caller >= 0; i++) {
		if (c[i] != '\n') {
			if (line_n < sizeof line - 1)
				line[line_n++] = c[i];
			continue;
		}
		line[line_n] = 0;
		line_n = 0;
		answer();
	}
}

void control_serve(uint64_t wait_ns)
{
	struct pollfd f[3] = {{.fd = listening, .events = POLLIN}, {.fd = caller, .events = POLLIN}};
	f[2].fd = line_wants(&f[2].events);
	struct timespec t = {.tv_sec = (time_t)(wait_ns / 1000000000), .tv_nsec = (long)(wait_ns % 1000000000)};
	if (ppoll(f, 3, &t, NULL) > 0) {
		if (f[1].revents)
			hear();
		if (f[0].revents) {
			if (caller >= 0)
				hang_up();
			caller = accept4(listening, NULL, NULL, SOCK_CLOEXEC);
		}
	}
	line_in();
}
