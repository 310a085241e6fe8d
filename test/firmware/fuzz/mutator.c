/*
 * Makes frames whose checks are right of bytes that were changed: chance alone would find a CRC of 16 bits in 65,536 tries. Half of
 * what it makes is left as libFuzzer changed it.
 */
#include <string.h>

#include "config.h"
#include "expect.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t room);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned seed);

/* Mends the frame that begins here, as far as it is wanted; returns how many bytes it has, or 1 when it goes on past the end. */
static size_t mend(uint8_t *frame, size_t left, unsigned how)
{
  size_t length;
  uint16_t crc;
  if (how % 4 == 0) {
    const long wanted = length_of_request(frame[1]);
    if (wanted >= 0) {
      frame[3] = (uint8_t)(wanted & 0xFF);
      frame[4] = (uint8_t)(wanted >> 8);
    }
  } else if (how % 4 == 1) {
    frame[1] = (uint8_t)(frame[1] % 6);
  } else if (how % 4 == 2 && frame[1] == 4 && left > HEADER + 7) {
    /* A range that may lie in a tensor: point, offset and count. */
    frame[HEADER] = (uint8_t)(frame[HEADER] % (NETWORK_STAGES + 2));
    memset(frame + HEADER + 2, 0, 3);
    frame[HEADER + 6] = 0;
  }
  frame[5] = check_of_header(frame);
  length = frame[3] + 256u * frame[4];
  if (left < length + OVERHEAD) {
    return 1;
  }
  if (how % 8 != 7) {
    crc = crc_of_frame(frame, length);
    frame[HEADER + length] = (uint8_t)(crc & 0xFF);
    frame[HEADER + length + 1] = (uint8_t)(crc >> 8);
  }
  return length + OVERHEAD;
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t room, unsigned seed)
{
  unsigned how = seed;
  size_t at = 0;
  size = LLVMFuzzerMutate(data, size, room);
  if (seed % 2 == 0) {
    return size;
  }
  while (size >= HEADER && at <= size - HEADER) {
    how = how * 1664525u + 1013904223u;
    at += data[at] == START && (how >> 30) != 0 ? mend(data + at, size - at, how >> 16) : 1;
  }
  return size;
}
