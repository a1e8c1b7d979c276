/* The presses of the queue in cells that outlive the power. A record is 9 bytes; whichever of them the power leaves half
 * written, it reads as before, or whole, or void (../README.md §8). Places are used in turn, from another one at each
 * start: at 300 presses a day the cells last for decades. */
#ifndef JOURNAL_H
#define JOURNAL_H

#include <stdint.h>

#define JOURNAL_PLACES 102

/* Gives every press that the journal holds to queue_restore. start: any number, where to go on writing. */
void journal_start(uint16_t start);

/* Does the next thing that is to be done, if the cells are not busy; it never waits. Presses without a place get one, in
 * their order; then what was forgotten is made void. */
void journal_work(void);

/* The press at place is acknowledged. */
void journal_forget(uint8_t place);

#endif
