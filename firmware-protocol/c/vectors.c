/* vectors messages|streams FILE...: does the codec what each line of the vector files says (../README.md §10)? Prints
 * what differs and how many lines there were. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "words.h"

#define LINE_MAX_CHARS 2048

/* bytes_of reads hex digits; spaces mean nothing. */
static size_t bytes_of(uint8_t *out, const char *hex)
{
	size_t n = 0;
	while (*hex) {
		if (isspace((unsigned char)*hex)) {
			hex++;
			continue;
		}
		char two[3] = {hex[0], hex[1], 0};
		out[n++] = (uint8_t)strtoul(two, NULL, 16);
		hex += hex[1] ? 2 : 1;
	}
	return n;
}

/* feed appends to said what a decoder finds in n bytes. */
static void feed(struct pad_decoder *d, const uint8_t *p, size_t n, char *said)
{
	struct pad_message m;
	for (size_t i = 0; i < n; i++) {
		enum pad_found f = pad_decode(d, p[i], &m);
		if (f != PAD_NOTHING) {
			strcat(said, *said ? " " : "");
			strcat(said, found_word(f, &m));
		}
	}
}

/* stream: the same words wherever the bytes are cut. */
static bool stream(const char *want, const uint8_t *p, size_t n)
{
	for (size_t cut = 0; cut <= n; cut++) {
		struct pad_decoder d = {0};
		char said[LINE_MAX_CHARS] = "";
		feed(&d, p, cut, said);
		feed(&d, p + cut, n - cut, said);
		if (strcmp(said, want)) {
			printf("cut at %zu: found \"%s\", want \"%s\"\n", cut, said, want);
			return false;
		}
	}
	return true;
}

/* message: the words give the bytes, the bytes the words. */
static bool message(const char *want, const uint8_t *p, size_t n)
{
	char cut_up[LINE_MAX_CHARS], said[WORDS_MAX] = "";
	uint8_t name[WORDS_MAX], wire[PAD_MAX_WIRE];
	struct pad_message m;
	struct pad_decoder d = {0};
	strcpy(cut_up, want);
	if (!words_read(cut_up, &m, name)) {
		printf("\"%s\" is no message\n", want);
		return false;
	}
	size_t made = pad_encode(wire, &m);
	if (made != n || memcmp(wire, p, n)) {
		printf("\"%s\" is encoded otherwise\n", want);
		return false;
	}
	for (size_t i = 0; i < n; i++)
		if (pad_decode(&d, p[i], &m) == PAD_MESSAGE)
			words_of(said, &m);
	if (strcmp(said, want)) {
		printf("decoded \"%s\", want \"%s\"\n", said, want);
		return false;
	}
	return true;
}

int main(int argc, char **argv)
{
	static char line[LINE_MAX_CHARS];
	static uint8_t bytes[LINE_MAX_CHARS];
	int lines = 0, faults = 0;
	for (int i = 2; i < argc; i++) {
		FILE *f = fopen(argv[i], "r");
		if (!f) {
			perror(argv[i]);
			return 2;
		}
		for (int at = 1; fgets(line, sizeof line, f); at++) {
			char *hex = strstr(line, " = ");
			if (line[0] == '#' || !hex)
				continue;
			*hex = 0;
			size_t n = bytes_of(bytes, hex + 3);
			lines++;
			if (!(strcmp(argv[1], "streams") ? message : stream)(line, bytes, n)) {
				printf("  at %s:%d\n", argv[i], at);
				faults++;
			}
		}
		fclose(f);
	}
	printf("%d vectors, %d differ\n", lines, faults);
	return faults || !lines;
}
