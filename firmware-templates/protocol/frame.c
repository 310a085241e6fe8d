#include "frame.h"

#include <stdbool.h>

#include "port.h"

/* Without a table: it would be 512 bytes of RAM on a chip that has 2 KB. */
uint16_t frame_crc16(uint16_t crc, uint8_t byte)
{
  crc = (uint16_t)((uint16_t)(crc << 8) | (crc >> 8));
  crc = (uint16_t)(crc ^ byte);
  crc = (uint16_t)(crc ^ ((crc & 0xFFu) >> 4));
  crc = (uint16_t)(crc ^ (uint16_t)(crc << 12));
  crc = (uint16_t)(crc ^ (uint16_t)((crc & 0xFFu) << 5));
  return crc;
}

static uint8_t crc8(uint8_t crc, uint8_t byte)
{
  uint8_t bit;
  crc = (uint8_t)(crc ^ byte);
  for (bit = 0; bit != 8; bit++) {
    crc = (uint8_t)((crc & 0x80u) != 0 ? (uint8_t)(crc << 1) ^ 0x07u : (uint8_t)(crc << 1));
  }
  return crc;
}

static bool header_is_right(const frame_receiver_t *receiver)
{
  uint8_t check = 0;
  uint8_t i;
  for (i = 1; i != FRAME_HEADER_BYTES - 1u; i++) {
    check = crc8(check, receiver->header[i]);
  }
  return check == receiver->header[FRAME_HEADER_BYTES - 1u];
}

/* Forgets the first byte of what may be a header, and all after it that cannot start one. */
static void search_on(frame_receiver_t *receiver)
{
  uint8_t from = 1;
  uint8_t kept = 0;
  while (from != receiver->header_count && receiver->header[from] != FRAME_START) {
    from++;
  }
  while (from != receiver->header_count) {
    receiver->header[kept] = receiver->header[from];
    kept++;
    from++;
  }
  receiver->header_count = kept;
}

static frame_event_t receive_header(frame_receiver_t *receiver, uint8_t byte)
{
  if (receiver->header_count == 0 && byte != FRAME_START) {
    return FRAME_NOTHING;
  }
  receiver->header[receiver->header_count] = byte;
  receiver->header_count++;
  if (receiver->header_count != FRAME_HEADER_BYTES) {
    return FRAME_NOTHING;
  }
  receiver->length = (uint16_t)(receiver->header[3] | (uint16_t)((uint16_t)receiver->header[4] << 8));
  if (!header_is_right(receiver) || receiver->length > receiver->longest) {
    search_on(receiver);
    return FRAME_NOTHING;
  }
  receiver->left = receiver->length;
  receiver->crc_count = 0;
  receiver->crc = FRAME_CRC_INIT;
  {
    uint8_t i;
    for (i = 1; i != FRAME_HEADER_BYTES; i++) {
      receiver->crc = frame_crc16(receiver->crc, receiver->header[i]);
    }
  }
  return FRAME_HEADER;
}

void frame_receiver_init(frame_receiver_t *receiver, uint16_t longest)
{
  receiver->longest = longest;
  receiver->header_count = 0;
}

frame_event_t frame_receive(frame_receiver_t *receiver, uint8_t byte)
{
  if (receiver->header_count != FRAME_HEADER_BYTES) {
    return receive_header(receiver, byte);
  }
  if (receiver->left != 0) {
    receiver->left--;
    receiver->crc = frame_crc16(receiver->crc, byte);
    return FRAME_PAYLOAD;
  }
  /* The low byte of the CRC comes first: taking each byte off at its place leaves zero. */
  if (receiver->crc_count == 0) {
    receiver->crc = (uint16_t)(receiver->crc ^ byte);
    receiver->crc_count = 1;
    return FRAME_NOTHING;
  }
  receiver->header_count = 0;
  return (uint16_t)(receiver->crc ^ (uint16_t)((uint16_t)byte << 8)) == 0 ? FRAME_END : FRAME_NOTHING;
}

uint8_t frame_type(const frame_receiver_t *receiver)
{
  return receiver->header[1];
}

uint8_t frame_sequence(const frame_receiver_t *receiver)
{
  return receiver->header[2];
}

static void flush(frame_sender_t *sender)
{
  port_write(sender->bytes, sender->count);
  sender->count = 0;
}

void frame_put8(frame_sender_t *sender, uint8_t value)
{
  if (sender->count == FRAME_CHUNK) {
    flush(sender);
  }
  sender->bytes[sender->count] = value;
  sender->count++;
  sender->crc = frame_crc16(sender->crc, value);
}

void frame_put16(frame_sender_t *sender, uint16_t value)
{
  frame_put8(sender, (uint8_t)(value & 0xFFu));
  frame_put8(sender, (uint8_t)(value >> 8));
}

void frame_put32(frame_sender_t *sender, uint32_t value)
{
  frame_put16(sender, (uint16_t)(value & 0xFFFFu));
  frame_put16(sender, (uint16_t)(value >> 16));
}

void frame_begin(frame_sender_t *sender, uint8_t type, uint8_t sequence, uint16_t length)
{
  uint8_t check = crc8(0, type);
  check = crc8(check, sequence);
  check = crc8(check, (uint8_t)(length & 0xFFu));
  check = crc8(check, (uint8_t)(length >> 8));
  sender->count = 0;
  frame_put8(sender, FRAME_START);
  sender->crc = FRAME_CRC_INIT;
  frame_put8(sender, type);
  frame_put8(sender, sequence);
  frame_put16(sender, length);
  frame_put8(sender, check);
}

void frame_end(frame_sender_t *sender)
{
  frame_put16(sender, sender->crc);
  flush(sender);
}
