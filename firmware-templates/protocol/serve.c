#include "serve.h"

#include <stdbool.h>
#include <stdint.h>

#include "config.h"
#include "frame.h"
#include "port.h"

#define PROTOCOL_VERSION 1u

#define HELLO 0x01u
#define INFER 0x02u
#define INFER_PACKED 0x03u
#define TRACE 0x04u
#define ANSWER 0x80u
#define ERROR 0xFFu

#define UNKNOWN_TYPE 1u
#define WRONG_LENGTH 2u
#define WRONG_ARGUMENT 3u

/* TRACE: point (1), offset (4), count (2), then the picture. */
#define TRACE_HEADER_BYTES 7u
#define TRACE_ALL 0xFFu
#define TRACE_VALUES 60u
#define LONGEST (NETWORK_PIXELS + TRACE_HEADER_BYTES)

#if LONGEST > 65535
#error "a picture of more than 65,528 bytes does not fit a frame"
#endif
#if NETWORK_STAGES > 254
#error "a trace point is one byte"
#endif

static uint32_t workspace[NETWORK_WORKSPACE_WORDS];
static int32_t logits[NETWORK_LOGITS];
static frame_sender_t sender;

/* A request as it arrives: its arguments in `arguments`, the picture where the network wants it. */
typedef struct {
  uint8_t type;
  uint8_t sequence;
  uint8_t error; /* 0: none */
  uint8_t arguments_left;
  uint8_t *next; /* where the next payload byte goes; null: nowhere */
  uint8_t arguments[TRACE_HEADER_BYTES];
} request_t;

static uint8_t *picture(void)
{
  return (uint8_t *)workspace + NETWORK_INPUT_OFFSET;
}

/* ---- Taking a request ---- */

static uint16_t wanted_length(uint8_t type, bool *known)
{
  *known = true;
  switch (type) {
    case HELLO:
      return 0;
    case INFER:
      return NETWORK_PIXELS;
#if NETWORK_PACKED_BITS
    case INFER_PACKED:
      return NETWORK_PACKED_BYTES;
#endif
    case TRACE:
      return LONGEST;
    default:
      *known = false;
      return 0;
  }
}

/* A wrong request is taken to its end before it is answered: only its CRC tells that it was sent at all. */
static void begin_request(request_t *request, uint8_t type, uint8_t sequence, uint16_t length)
{
  bool known;
  const uint16_t wanted = wanted_length(type, &known);
  request->type = type;
  request->sequence = sequence;
  request->error = 0;
  if (!known) {
    request->error = UNKNOWN_TYPE;
  } else if (length != wanted) {
    request->error = WRONG_LENGTH;
  }
  request->arguments_left = type == TRACE ? TRACE_HEADER_BYTES : 0;
  request->next = request->error != 0 ? (uint8_t *)0 : type == TRACE ? request->arguments : picture();
}

static void take_payload(request_t *request, uint8_t byte)
{
  if (request->next == (uint8_t *)0) {
    return;
  }
  *request->next = byte;
  request->next++;
  if (request->arguments_left != 0) {
    request->arguments_left--;
    if (request->arguments_left == 0) {
      request->next = picture();
    }
  }
}

/* ---- Answering ---- */

static void answer_error(const request_t *request, uint8_t error)
{
  frame_begin(&sender, ERROR, request->sequence, 1);
  frame_put8(&sender, error);
  frame_end(&sender);
}

static void answer_hello(const request_t *request)
{
  static const uint8_t hash[8] = NETWORK_HASH_BYTES;
  static const char board[] = BOARD_ID;
  uint8_t i;
  frame_begin(&sender, HELLO | ANSWER, request->sequence, 26u + sizeof board - 1u);
  frame_put8(&sender, PROTOCOL_VERSION);
  frame_put8(&sender, PORT_LATENCY_UNIT);
  frame_put8(&sender, NETWORK_STAGES);
  frame_put8(&sender, NETWORK_PACKED_BITS);
  frame_put16(&sender, NETWORK_LOGITS);
  frame_put32(&sender, NETWORK_PIXELS);
  frame_put32(&sender, PORT_CLOCK_HZ);
  frame_put32(&sender, PORT_WINDOW);
  for (i = 0; i != sizeof hash; i++) {
    frame_put8(&sender, hash[i]);
  }
  for (i = 0; i != sizeof board - 1u; i++) {
    frame_put8(&sender, (uint8_t)board[i]);
  }
  frame_end(&sender);
}

static void answer_infer(const request_t *request)
{
  uint32_t latency;
  uint16_t label;
  uint16_t i;
  uint8_t stage;
  port_clock_start();
#if NETWORK_PACKED_BITS
  if (request->type == INFER_PACKED) {
    network_load_packed(workspace, picture());
  } else
#endif
  {
    network_load(workspace, picture());
  }
  for (stage = 0; stage != NETWORK_STAGES; stage++) {
    network_run_stage(stage, workspace, logits);
  }
  label = network_label(logits);
  latency = port_clock_read();

  frame_begin(&sender, (uint8_t)(request->type | ANSWER), request->sequence, (uint16_t)(6u + (NETWORK_LOGITS << 2)));
  frame_put16(&sender, label);
  frame_put32(&sender, latency);
  for (i = 0; i != NETWORK_LOGITS; i++) {
    frame_put32(&sender, (uint32_t)logits[i]);
  }
  frame_end(&sender);
}

/* ---- Tracing. Buffers are used again by later stages, so each point is read before the next stage runs. ---- */

static uint32_t point_count(uint8_t point)
{
  uint32_t count = NETWORK_LOGITS;
  if (point != NETWORK_STAGES) {
    (void)network_tensor(point, workspace, &count);
  }
  return count;
}

static uint16_t crc_of_indices(uint8_t point)
{
  uint32_t left;
  const uint8_t *index = network_tensor(point, workspace, &left);
  uint16_t crc = FRAME_CRC_INIT;
  while (left != 0) {
    crc = frame_crc16(crc, *index);
    index++;
    left--;
  }
  return crc;
}

static uint16_t crc_of_logits(void)
{
  uint16_t crc = FRAME_CRC_INIT;
  uint16_t i;
  for (i = 0; i != NETWORK_LOGITS; i++) {
    uint32_t logit = (uint32_t)logits[i];
    uint8_t byte;
    for (byte = 0; byte != 4; byte++) {
      crc = frame_crc16(crc, (uint8_t)(logit & 0xFFu));
      logit >>= 8;
    }
  }
  return crc;
}

static void answer_trace_all(const request_t *request)
{
  uint8_t stage;
  frame_begin(&sender, TRACE | ANSWER, request->sequence, (uint16_t)((NETWORK_STAGES + 1u) << 1));
  network_load(workspace, picture());
  for (stage = 0; stage != NETWORK_STAGES; stage++) {
    frame_put16(&sender, crc_of_indices(stage));
    network_run_stage(stage, workspace, logits);
  }
  frame_put16(&sender, crc_of_logits());
  frame_end(&sender);
}

static void answer_trace_point(const request_t *request, uint8_t point, uint32_t offset, uint8_t count)
{
  uint8_t stage;
  uint8_t i;
  network_load(workspace, picture());
  for (stage = 0; stage != point; stage++) {
    network_run_stage(stage, workspace, logits);
  }
  frame_begin(&sender, TRACE | ANSWER, request->sequence, (uint16_t)(5u + ((unsigned)count << 2)));
  frame_put8(&sender, point);
  frame_put32(&sender, offset);
  if (point == NETWORK_STAGES) {
    for (i = 0; i != count; i++) {
      frame_put32(&sender, (uint32_t)logits[offset + i]);
    }
  } else {
    uint32_t all;
    const uint8_t *indices = network_tensor(point, workspace, &all);
    for (i = 0; i != count; i++) {
      frame_put32(&sender, indices[offset + i]);
    }
  }
  frame_end(&sender);
}

static void answer_trace(const request_t *request)
{
  const uint8_t *bytes = request->arguments;
  const uint8_t point = bytes[0];
  const uint16_t offset_low = (uint16_t)(bytes[1] | (uint16_t)((uint16_t)bytes[2] << 8));
  const uint16_t offset_high = (uint16_t)(bytes[3] | (uint16_t)((uint16_t)bytes[4] << 8));
  const uint32_t offset = offset_low | ((uint32_t)offset_high << 16);
  const uint16_t count = (uint16_t)(bytes[5] | (uint16_t)((uint16_t)bytes[6] << 8));
  if (point == TRACE_ALL) {
    answer_trace_all(request);
  } else if (point > NETWORK_STAGES || count == 0 || count > TRACE_VALUES || offset > point_count(point) ||
             count > point_count(point) - offset) {
    answer_error(request, WRONG_ARGUMENT);
  } else {
    answer_trace_point(request, point, offset, (uint8_t)count);
  }
}

static void answer(const request_t *request)
{
  if (request->error != 0) {
    answer_error(request, request->error);
  } else if (request->type == HELLO) {
    answer_hello(request);
  } else if (request->type == TRACE) {
    answer_trace(request);
  } else {
    answer_infer(request);
  }
}

void serve_run(void)
{
  static frame_receiver_t receiver;
  static request_t request;
  frame_receiver_init(&receiver, LONGEST);
  for (;;) {
    uint8_t byte;
    if (!port_read(&byte)) {
      port_idle();
      continue;
    }
    switch (frame_receive(&receiver, byte)) {
      case FRAME_HEADER:
        begin_request(&request, frame_type(&receiver), frame_sequence(&receiver), receiver.length);
        break;
      case FRAME_PAYLOAD:
        take_payload(&request, byte);
        break;
      case FRAME_END:
        answer(&request);
        break;
      case FRAME_NOTHING:
        break;
    }
  }
}
