/*
 * What the harness needs of a machine. Counts are in ticks of the machine's counter; the runner knows what a tick is.
 */
#ifndef PORT_H
#define PORT_H

#include <stdint.h>

void port_start(void);

uint32_t port_counter(void);

/* A loop that takes the same known number of ticks for every round. */
void port_rounds(uint16_t rounds);

void port_put(char byte);

/* The pixels of a picture, valid until the next call. */
const uint8_t *port_picture(uint16_t picture);

#endif
