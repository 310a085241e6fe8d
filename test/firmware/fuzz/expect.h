/*
 * What a device must say to the bytes of a line: docs/protocol.md read anew, with the whole line in view instead of a byte at a time.
 * Shares nothing with protocol/ but the network, and config.h, which tells its sizes.
 */
#ifndef EXPECT_H
#define EXPECT_H

#include <stddef.h>
#include <stdint.h>

/* What the port of target.c says that any inference took. */
#define LATENCY 0x0A0B0C0Du

#define START 0xA5u
#define HEADER 6u
#define OVERHEAD 8u
#define LONGEST_REQUEST (NETWORK_PIXELS + 7u)

uint8_t check_of_header(const uint8_t *frame);
uint16_t crc_of_frame(const uint8_t *frame, size_t length);

/* The payload that a request of this type has; -1: no such type. */
long length_of_request(uint8_t type);

/* Writes the answers to all that a line holds, and returns how many bytes they are. */
size_t expected_answers(const uint8_t *line, size_t size, uint8_t *answers);

#endif
