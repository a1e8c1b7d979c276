#include "board.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

static int far_end = -1, near_end = -1; /* the near one is held, so that programs can come and go at it */
static const char *link_path;
static unsigned flips, drops;

static uint8_t out[4096], in[1024];
static size_t out_n, in_at, in_n;

bool line_plugged(void) { return far_end >= 0; }

bool line_plug(const char *link)
{
	struct termios t;
	char path[128];
	if (line_plugged())
		return true;
	if (openpty(&far_end, &near_end, path, NULL, NULL) || tcgetattr(near_end, &t)) {
		perror("openpty");
		return false;
	}
	cfmakeraw(&t);
	tcsetattr(near_end, TCSANOW, &t);
	fcntl(far_end, F_SETFL, O_NONBLOCK);
	fcntl(far_end, F_SETFD, FD_CLOEXEC);
	if (link)
		link_path = link;
	unlink(link_path);
	if (symlink(path, link_path)) {
		perror(link_path);
		return false;
	}
	return true;
}

void line_unplug(void)
{
	if (!line_plugged())
		return;
	unlink(link_path);
	close(far_end);
	close(near_end);
	far_end = near_end = -1;
	out_n = in_at = in_n = 0;
}

void line_noise(unsigned flip, unsigned drop)
{
	flips = flip;
	drops = drop;
}

/* damaged turns a bit of some bytes, and says which get lost. */
static bool damaged(uint8_t *byte)
{
	if (drops && chance() % 1000000 < drops)
		return true;
	if (flips && chance() % 1000000 < flips)
		*byte ^= (uint8_t)(1 << chance() % 8);
	return false;
}

static void flush(void)
{
	if (!line_plugged() || !out_n)
		return;
	ssize_t n = write(far_end, out, out_n);
	if (n <= 0)
		return;
	out_n -= (size_t)n;
	for (size_t i = 0; i < out_n; i++)
		out[i] = out[i + (size_t)n];
}

/* A UART does not care who listens: what nobody takes is lost. */
void line_out(uint8_t byte)
{
	if (!line_plugged() || damaged(&byte) || out_n == sizeof out)
		return;
	out[out_n++] = byte;
	if (byte == 0)
		flush();
}

void line_in(void)
{
	flush();
	if (line_plugged() && in_at == in_n) {
		ssize_t n = read(far_end, in, sizeof in);
		in_at = 0;
		in_n = n > 0 ? (size_t)n : 0;
	}
	if (!cpu_powered())
		in_at = in_n;
	while (in_at < in_n && cpu_ready_for_byte()) {
		uint8_t byte = in[in_at++];
		if (damaged(&byte))
			continue;
		watch_in(byte);
		cpu_byte(byte);
	}
}

int line_wants(short *events)
{
	*events = POLLIN;
	if (out_n)
		*events |= POLLOUT;
	bool full = in_at < in_n && cpu_powered(); /* the chip takes no more for now */
	return full ? -1 : far_end;
}
