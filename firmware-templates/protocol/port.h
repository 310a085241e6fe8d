/*
 * What a target gives to the test firmware: a serial line and a clock.
 * Implemented once per target in targets/<target>/port.c.
 */
#ifndef PORT_H
#define PORT_H

#include <stdbool.h>
#include <stdint.h>

/* Sets up clock, serial line and timer. Called once, first. */
void port_init(void);

/* Takes the next received byte; false when there is none. Never waits. */
bool port_read(uint8_t *byte);

/* Sends all bytes; waits while the line is busy. */
void port_write(const uint8_t *bytes, uint16_t count);

/* Starts the clock that measures an inference, and reads it: ticks since the start, in the unit PORT_LATENCY_UNIT of config.h. */
void port_clock_start(void);
uint32_t port_clock_read(void);

/* Called while there is nothing to do; may sleep until the next byte. Never returns once the line has ended (host only). */
void port_idle(void);

#endif
