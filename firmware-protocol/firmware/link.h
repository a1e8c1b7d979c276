/* The pad's side of the link: ../README.md §4. */
#ifndef LINK_H
#define LINK_H

#include <stdbool.h>
#include <stdint.h>

/* Sends the end mark and, unasked, the HELLOs (§4.1). */
void link_start(void);

/* Does what the bytes that came ask for. */
void link_receive(uint32_t now);

/* Sends what is to be sent and has room. */
void link_send(uint32_t now);

/* Tampering is to be told. */
void link_tampered(void);

/* No agent is heard (§4.4), or it refuses this pad. */
bool link_out_of_order(uint32_t now);

#endif
