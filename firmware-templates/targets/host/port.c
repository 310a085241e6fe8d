/* The serial line is standard input and output; the clock is the machine's monotonic one. */
#define _POSIX_C_SOURCE 200809L

#include "port.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "config.h"

static uint8_t received[PORT_RECEIVE_BUFFER];
static size_t received_count;
static size_t received_next;
static struct timespec start;

/* Reads what there is; `timeout` in milliseconds, -1 waits. The program ends with its input. */
static void receive(int timeout)
{
  struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
  ssize_t count;
  if (poll(&input, 1, timeout) <= 0) {
    return;
  }
  count = read(STDIN_FILENO, received, sizeof received);
  if (count > 0) {
    received_count = (size_t)count;
    received_next = 0;
  } else if (count == 0 || (errno != EINTR && errno != EAGAIN)) {
    exit(count == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
  }
}

void port_init(void)
{
}

bool port_read(uint8_t *byte)
{
  if (received_next == received_count) {
    receive(0);
    if (received_next == received_count) {
      return false;
    }
  }
  *byte = received[received_next++];
  return true;
}

void port_write(const uint8_t *bytes, uint16_t count)
{
  while (count != 0) {
    const ssize_t written = write(STDOUT_FILENO, bytes, count);
    if (written > 0) {
      bytes += written;
      count = (uint16_t)(count - written);
    } else if (errno == EAGAIN) {
      struct pollfd output = {.fd = STDOUT_FILENO, .events = POLLOUT, .revents = 0};
      (void)poll(&output, 1, -1);
    } else if (errno != EINTR) {
      exit(EXIT_FAILURE);
    }
  }
}

void port_clock_start(void)
{
  (void)clock_gettime(CLOCK_MONOTONIC, &start);
}

uint32_t port_clock_read(void)
{
  struct timespec now;
  (void)clock_gettime(CLOCK_MONOTONIC, &now);
  /* The unit wraps after 4.3 seconds; an inference that long is shown as the longest time there is. */
  if (now.tv_sec - start.tv_sec > 3) {
    return UINT32_MAX;
  }
  return (uint32_t)((now.tv_sec - start.tv_sec) * 1000000000L + (now.tv_nsec - start.tv_nsec));
}

void port_idle(void)
{
  if (received_next == received_count) {
    receive(-1);
  }
}
