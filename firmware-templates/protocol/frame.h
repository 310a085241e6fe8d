/*
 * Frames of docs/protocol.md, sections 1 and 2: a receiver that takes one byte at a time and keeps no payload,
 * and a sender that makes the CRC as the bytes go out.
 */
#ifndef FRAME_H
#define FRAME_H

#include <stdint.h>

#define FRAME_START 0xA5u
#define FRAME_HEADER_BYTES 6u

/* What one received byte completed. */
typedef enum {
  FRAME_NOTHING,
  FRAME_HEADER,  /* type, sequence and length are known; the payload follows */
  FRAME_PAYLOAD, /* the byte belongs to the payload */
  FRAME_END      /* the CRC is right */
} frame_event_t;

typedef struct {
  uint16_t longest; /* payload that a frame can have here; a header that says more is noise */
  uint8_t header[FRAME_HEADER_BYTES];
  uint8_t header_count;
  uint8_t crc_count;
  uint16_t length;
  uint16_t left; /* payload bytes still to come */
  uint16_t crc;
} frame_receiver_t;

void frame_receiver_init(frame_receiver_t *receiver, uint16_t longest);
frame_event_t frame_receive(frame_receiver_t *receiver, uint8_t byte);
uint8_t frame_type(const frame_receiver_t *receiver);
uint8_t frame_sequence(const frame_receiver_t *receiver);

/* One step of the CRC-16; it starts with FRAME_CRC_INIT. */
#define FRAME_CRC_INIT 0xFFFFu
uint16_t frame_crc16(uint16_t crc, uint8_t byte);

/* Bytes that are handed to the port at a time. */
#define FRAME_CHUNK 32u

typedef struct {
  uint8_t bytes[FRAME_CHUNK];
  uint8_t count;
  uint16_t crc;
} frame_sender_t;

/* A frame is begun, given exactly `length` payload bytes, and ended. Integers go out little-endian. */
void frame_begin(frame_sender_t *sender, uint8_t type, uint8_t sequence, uint16_t length);
void frame_put8(frame_sender_t *sender, uint8_t value);
void frame_put16(frame_sender_t *sender, uint16_t value);
void frame_put32(frame_sender_t *sender, uint32_t value);
void frame_end(frame_sender_t *sender);

#endif
