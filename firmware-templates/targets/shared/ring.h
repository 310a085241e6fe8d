/*
 * The receive ring: the UART's interrupt puts bytes in, port_read() takes them out. It holds one byte less than its size.
 *
 * What to do with a byte for which there is no room is the port's matter: most leave it in the UART, whose interrupt is off until
 * port_read() has made some. What is lost meanwhile on a real line the CRC finds out, and the host repeats.
 */
#ifndef RING_H
#define RING_H

#include <stdbool.h>
#include <stdint.h>

#include "config.h"

#define RING_MASK (PORT_RECEIVE_BUFFER - 1u)

static uint8_t ring[PORT_RECEIVE_BUFFER];
static volatile uint32_t ring_in, ring_out;

static inline bool ring_is_full(void)
{
  return ((ring_in + 1u) & RING_MASK) == ring_out;
}

static inline void ring_put(uint8_t byte)
{
  const uint32_t in = ring_in;
  ring[in] = byte;
  ring_in = (in + 1u) & RING_MASK;
}

/* Takes the oldest byte; false when there is none. */
static inline bool ring_take(uint8_t *byte)
{
  const uint32_t out = ring_out;
  if (out == ring_in) {
    return false;
  }
  *byte = ring[out];
  ring_out = (out + 1u) & RING_MASK;
  return true;
}

#endif
