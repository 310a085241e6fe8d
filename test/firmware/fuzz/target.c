/*
 * Any bytes on the line of the test firmware: main() of the real one, on a port whose line is an array.
 *
 * After the bytes come a filler and a HELLO. The firmware must say exactly what expect.c says, the answer to that HELLO last, and
 * then want more. What it writes beyond its buffers is the sanitizers' to find.
 */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "expect.h"
#include "port.h"
#include "serve.h"

#define LONGEST_LINE 8192u
/* A request of n bytes is answered with fewer than 32 n. */
#define LONGEST_ANSWERS (LONGEST_LINE * 32u)
/* Every so many reads find nothing: bytes come when they come. */
#define HITCH 7u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t line[LONGEST_LINE];
static size_t line_size, line_at;
static uint8_t said[LONGEST_ANSWERS];
static size_t said_size;
static uint8_t expected[LONGEST_ANSWERS];
static unsigned reads;
static int clock_runs;
static jmp_buf wants_more;

static void fail(const char *what)
{
  (void)fprintf(stderr, "%s\n", what);
  abort();
}

void port_init(void)
{
}

bool port_read(uint8_t *byte)
{
  reads++;
  if (line_at == line_size || reads % HITCH == 0) {
    return false;
  }
  *byte = line[line_at];
  line_at++;
  return true;
}

void port_write(const uint8_t *bytes, uint16_t count)
{
  if (count > LONGEST_ANSWERS - said_size) {
    fail("the device says more than it was asked");
  }
  memcpy(said + said_size, bytes, count);
  said_size += count;
}

void port_clock_start(void)
{
  clock_runs = 1;
}

uint32_t port_clock_read(void)
{
  if (!clock_runs) {
    fail("a clock is read that was not started");
  }
  clock_runs = 0;
  return LATENCY;
}

void port_idle(void)
{
  if (line_at == line_size) {
    longjmp(wants_more, 1);
  }
}

static void put_hello(uint8_t *frame)
{
  const uint8_t header[HEADER] = {START, 1, 0x5A, 0, 0, 0};
  uint16_t crc;
  memcpy(frame, header, HEADER);
  frame[5] = check_of_header(frame);
  crc = crc_of_frame(frame, 0);
  frame[6] = (uint8_t)(crc & 0xFF);
  frame[7] = (uint8_t)(crc >> 8);
}

static void expect_exactly(const uint8_t *answers, size_t size)
{
  size_t i;
  for (i = 0; i != size && i != said_size; i++) {
    if (said[i] != answers[i]) {
      (void)fprintf(stderr, "byte %zu of the answers is %02x, not %02x\n", i, said[i], answers[i]);
      abort();
    }
  }
  if (size != said_size) {
    (void)fprintf(stderr, "the device says %zu bytes, not %zu\n", said_size, size);
    abort();
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  const size_t filler = LONGEST_REQUEST + OVERHEAD;
  const size_t most = LONGEST_LINE - filler - OVERHEAD;
  const size_t kept = size < most ? size : most;
  size_t due;
  memset(line, 0, sizeof line);
  memcpy(line, data, kept);
  put_hello(line + kept + filler);
  line_size = kept + filler + OVERHEAD;
  line_at = 0;
  said_size = 0;
  reads = 0;
  clock_runs = 0;
  if (setjmp(wants_more) == 0) {
    serve_run();
  }
  due = expected_answers(line, line_size, expected);
  expect_exactly(expected, due);
  /* The two readings of the protocol could forget the same: this one is promised by section 2.2, whatever came before. */
  if (said_size < 26 + OVERHEAD + strlen(BOARD_ID) ||
      said[said_size - 26 - OVERHEAD - strlen(BOARD_ID) + 1] != 0x81 ||
      said[said_size - 26 - OVERHEAD - strlen(BOARD_ID) + 2] != 0x5A) {
    fail("the HELLO after a filler is not answered");
  }
  return 0;
}
