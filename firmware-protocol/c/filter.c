/* filter: the codec at the end of a pipe, to be compared with another one. Its input is pieces of a stream, each a byte
 * of length and so many bytes; for each it writes a line with what ends in it, separated by ';': the word for a bad
 * frame, or a message's words, '=' and the frame that this codec makes of it. */
#include <stdio.h>

#include "words.h"

static void print(enum pad_found found, const struct pad_message *m)
{
	char words[WORDS_MAX];
	uint8_t wire[PAD_MAX_WIRE];
	if (found != PAD_MESSAGE) {
		printf("%s;", found_word(found, m));
		return;
	}
	words_of(words, m);
	printf("%s=", words);
	uint8_t n = pad_encode(wire, m);
	for (uint8_t i = 0; i < n; i++)
		printf("%02x", wire[i]);
	putchar(';');
}

int main(void)
{
	struct pad_decoder d = {0};
	struct pad_message m;
	for (int n; (n = getchar()) != EOF;) {
		while (n--) {
			int byte = getchar();
			if (byte == EOF)
				return 1;
			enum pad_found found = pad_decode(&d, (uint8_t)byte, &m);
			if (found != PAD_NOTHING)
				print(found, &m);
		}
		putchar('\n');
	}
	return 0;
}
