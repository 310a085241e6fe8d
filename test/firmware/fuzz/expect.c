#include "expect.h"

#include <stdlib.h>
#include <string.h>

#include "config.h"

enum { HELLO = 1, INFER = 2, PACKED = 3, TRACE = 4 };

static uint16_t crc16(uint16_t crc, const uint8_t *bytes, size_t count)
{
  size_t i;
  int bit;
  for (i = 0; i != count; i++) {
    crc = (uint16_t)(crc ^ (bytes[i] << 8));
    for (bit = 0; bit != 8; bit++) {
      crc = (uint16_t)((crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021 : crc << 1);
    }
  }
  return crc;
}

uint8_t check_of_header(const uint8_t *frame)
{
  unsigned crc = 0;
  int i, bit;
  for (i = 1; i != 5; i++) {
    crc ^= frame[i];
    for (bit = 0; bit != 8; bit++) {
      crc = (crc & 0x80) != 0 ? ((crc << 1) ^ 0x07) & 0xFF : crc << 1;
    }
  }
  return (uint8_t)crc;
}

uint16_t crc_of_frame(const uint8_t *frame, size_t length)
{
  return crc16(0xFFFF, frame + 1, HEADER - 1 + length);
}

long length_of_request(uint8_t type)
{
  switch (type) {
    case HELLO:
      return 0;
    case INFER:
      return NETWORK_PIXELS;
    case PACKED:
      return NETWORK_PACKED_BITS == 0 ? -1 : (NETWORK_PIXELS * NETWORK_PACKED_BITS + 7) / 8;
    case TRACE:
      return LONGEST_REQUEST;
    default:
      return -1;
  }
}

static uint8_t *put(uint8_t *to, uint64_t value, int bytes)
{
  while (bytes-- > 0) {
    *to++ = (uint8_t)(value & 0xFF);
    value >>= 8;
  }
  return to;
}

static uint64_t get(const uint8_t *from, int bytes)
{
  uint64_t value = 0;
  while (bytes-- > 0) {
    value = value << 8 | from[bytes];
  }
  return value;
}

/* Writes a frame around `length` payload bytes that are at their place already. */
static size_t frame(uint8_t *to, uint8_t type, uint8_t sequence, size_t length)
{
  to[0] = START;
  to[1] = type;
  to[2] = sequence;
  (void)put(to + 3, length, 2);
  to[5] = check_of_header(to);
  (void)put(to + HEADER + length, crc_of_frame(to, length), 2);
  return length + OVERHEAD;
}

static size_t error(uint8_t *to, uint8_t sequence, uint8_t code)
{
  to[HEADER] = code;
  return frame(to, 0xFF, sequence, 1);
}

static size_t hello(uint8_t *to, uint8_t sequence)
{
  static const uint8_t hash[8] = NETWORK_HASH_BYTES;
  uint8_t *at = to + HEADER;
  at = put(at, 1, 1);
  at = put(at, PORT_LATENCY_UNIT, 1);
  at = put(at, NETWORK_STAGES, 1);
  at = put(at, NETWORK_PACKED_BITS, 1);
  at = put(at, NETWORK_LOGITS, 2);
  at = put(at, NETWORK_PIXELS, 4);
  at = put(at, PORT_CLOCK_HZ, 4);
  at = put(at, PORT_WINDOW, 4);
  memcpy(at, hash, sizeof hash);
  memcpy(at + sizeof hash, BOARD_ID, strlen(BOARD_ID));
  return frame(to, HELLO | 0x80, sequence, 26 + strlen(BOARD_ID));
}

/* The network's memory, and a picture in a block of exactly its size, so that a sanitizer sees whoever reads past it. */
typedef struct {
  uint32_t workspace[NETWORK_WORKSPACE_WORDS];
  int32_t logits[NETWORK_LOGITS];
} run_t;

static void load(run_t *run, const uint8_t *payload, size_t length, int packed)
{
  uint8_t *picture = malloc(length);
  memcpy(picture, payload, length);
  memset(run, 0, sizeof *run);
#if NETWORK_PACKED_BITS
  if (packed) {
    network_load_packed(run->workspace, picture);
  } else
#endif
  {
    network_load(run->workspace, picture);
  }
  free(picture);
}

static size_t inference(uint8_t *to, const uint8_t *request, size_t length)
{
  static run_t run;
  uint8_t *at = to + HEADER;
  uint8_t stage;
  size_t i, label = 0;
  load(&run, request + HEADER, length, request[1] == PACKED);
  for (stage = 0; stage != NETWORK_STAGES; stage++) {
    network_run_stage(stage, run.workspace, run.logits);
  }
  for (i = 1; i != NETWORK_LOGITS; i++) {
    label = run.logits[i] > run.logits[label] ? i : label;
  }
  at = put(at, label, 2);
  at = put(at, LATENCY, 4);
  for (i = 0; i != NETWORK_LOGITS; i++) {
    at = put(at, (uint32_t)run.logits[i], 4);
  }
  return frame(to, request[1] | 0x80, request[2], 6 + 4 * NETWORK_LOGITS);
}

/* Everything that can be traced of a picture, then what was asked for. */
static size_t trace(uint8_t *to, const uint8_t *request)
{
  static run_t run;
  const uint8_t point = request[HEADER];
  const uint64_t offset = get(request + HEADER + 1, 4);
  const uint64_t count = get(request + HEADER + 5, 2);
  uint8_t *at = to + HEADER;
  uint8_t k;
  uint64_t i;
  load(&run, request + HEADER + 7, NETWORK_PIXELS, 0);
  if (point != 0xFF) {
    at = put(put(at, point, 1), offset, 4);
  }
  for (k = 0; k != NETWORK_STAGES + 1; k++) {
    uint32_t size = NETWORK_LOGITS;
    uint8_t bytes[4 * NETWORK_LOGITS];
    const uint8_t *indices = bytes;
    if (k != NETWORK_STAGES) {
      indices = network_tensor(k, run.workspace, &size);
    } else {
      for (i = 0; i != NETWORK_LOGITS; i++) {
        (void)put(bytes + 4 * i, (uint32_t)run.logits[i], 4);
      }
    }
    if (point == 0xFF) {
      at = put(at, crc16(0xFFFF, indices, k == NETWORK_STAGES ? sizeof bytes : size), 2);
    } else if (point == k) {
      if (count == 0 || count > 60 || offset + count > size) {
        return error(to, request[2], 3);
      }
      for (i = offset; i != offset + count; i++) {
        at = put(at, k == NETWORK_STAGES ? (uint32_t)run.logits[i] : indices[i], 4);
      }
    }
    if (k != NETWORK_STAGES) {
      network_run_stage(k, run.workspace, run.logits);
    }
  }
  return point != 0xFF && point > NETWORK_STAGES ? error(to, request[2], 3)
                                                 : frame(to, TRACE | 0x80, request[2], (size_t)(at - to) - HEADER);
}

size_t expected_answers(const uint8_t *line, size_t size, uint8_t *answers)
{
  uint8_t *to = answers;
  size_t at = 0;
  while (size - at >= HEADER) {
    const uint8_t *request = line + at;
    const size_t length = (size_t)get(request + 3, 2);
    const long wanted = length_of_request(request[1]);
    if (request[0] != START || check_of_header(request) != request[5] || length > LONGEST_REQUEST) {
      at++;
      continue;
    }
    if (size - at < length + OVERHEAD) {
      break;
    }
    at += length + OVERHEAD;
    if (crc_of_frame(request, length) != get(request + HEADER + length, 2)) {
      continue;
    }
    if (wanted < 0) {
      to += error(to, request[2], 1);
    } else if ((size_t)wanted != length) {
      to += error(to, request[2], 2);
    } else if (request[1] == HELLO) {
      to += hello(to, request[2]);
    } else if (request[1] == TRACE) {
      to += trace(to, request);
    } else {
      to += inference(to, request, length);
    }
  }
  return (size_t)(to - answers);
}
