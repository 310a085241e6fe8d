// A simulated board: the verilated top module, clock by clock, with its serial line on standard input and output.
//
// Bytes that come in are put on the line bit by bit as a serial adapter would, and what the design sends is taken from the
// line in the same way. Nothing here looks inside the design.
//
// With a number as its argument, the line is held low for a long time after so many bytes, as by a cable that is pulled.
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <poll.h>
#include <unistd.h>

#include "Vtop.h"
#include "verilated.h"

#ifndef CLOCKS_PER_BIT
#error "CLOCKS_PER_BIT: clocks of the design in one bit of the line"
#endif
#ifndef START_CLOCKS
#define START_CLOCKS 4096
#endif

namespace {

// After so many clocks without a bit on the line the design waits for a request, and the host's next byte is waited for.
constexpr uint64_t IDLE_CLOCKS = 1u << 22;
constexpr uint64_t POLL_CLOCKS = 256;
constexpr uint32_t BREAK_BITS = 100;
// The host speaks to a board that has been powered for a while.
constexpr uint32_t POWER_ON_CLOCKS = START_CLOCKS;

// Standard input: one byte at a time, without waiting unless told to. -1: none; ends the program when the host hangs up.
class Input {
 public:
  int next(bool wait) {
    if (at_ != end_) return buffer_[at_++];
    pollfd descriptor = {STDIN_FILENO, POLLIN, 0};
    if (poll(&descriptor, 1, wait ? -1 : 0) <= 0) return -1;
    const ssize_t count = read(STDIN_FILENO, buffer_, sizeof buffer_);
    if (count == 0) exit(0);
    if (count < 0) return errno == EINTR || errno == EAGAIN ? -1 : (exit(1), -1);
    at_ = 0;
    end_ = static_cast<size_t>(count);
    return buffer_[at_++];
  }

 private:
  uint8_t buffer_[4096];
  size_t at_ = 0;
  size_t end_ = 0;
};

// The host's end of the line to the board.
class Sender {
 public:
  bool busy() const { return bits_ != 0; }
  void send(uint8_t byte) {
    bits_ = static_cast<uint32_t>(byte) << 1 | 0x200u;  // start bit 0, data, stop bit 1
    bits_ |= 0x400u;                                    // ends the frame: after the stop bit only this is left
    left_ = CLOCKS_PER_BIT;
  }
  void send_break() {
    bits_ = 0x6u;  // a long 0, a 1, and what ends a frame
    left_ = BREAK_BITS * CLOCKS_PER_BIT;
  }
  bool level() const { return bits_ == 0 || (bits_ & 1u) != 0; }
  void clock() {
    if (bits_ == 0 || --left_ != 0) return;
    bits_ >>= 1;
    left_ = CLOCKS_PER_BIT;
    if (bits_ == 1) bits_ = 0;
  }

 private:
  uint32_t bits_ = 0;
  uint32_t left_ = 0;
};

// The host's end of the line from the board.
class Receiver {
 public:
  bool busy() const { return left_ != 0; }
  // True when a byte is complete.
  bool clock(bool level) {
    if (left_ == 0) {
      if (level) return false;
      left_ = CLOCKS_PER_BIT / 2;
      bit_ = 0;
      return false;
    }
    if (--left_ != 0) return false;
    left_ = CLOCKS_PER_BIT;
    if (bit_ >= 1 && bit_ <= 8) byte_ = static_cast<uint8_t>(byte_ >> 1 | (level ? 0x80 : 0));
    if (bit_ == 0 && level) left_ = 0;
    if (bit_++ != 9) return false;
    left_ = 0;
    return level;
  }
  uint8_t byte() const { return byte_; }

 private:
  uint32_t left_ = 0;
  uint32_t bit_ = 0;
  uint8_t byte_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  long until_break = argc > 1 ? strtol(argv[1], nullptr, 10) : -1;
  VerilatedContext context;
  Vtop top(&context);
  Input input;
  Sender sender;
  Receiver receiver;
  uint64_t quiet = 0;
  uint32_t starting = POWER_ON_CLOCKS;
  for (;;) {
    if (starting > 0) {
      starting--;
    } else if (!sender.busy() && until_break == 0) {
      sender.send_break();
      until_break = -1;
    } else if (!sender.busy() && (quiet < 2 || quiet % POLL_CLOCKS == 0)) {
      const int byte = input.next(quiet >= IDLE_CLOCKS);
      if (byte >= 0) {
        sender.send(static_cast<uint8_t>(byte));
        if (until_break > 0) until_break--;
      }
    }
    top.rx = sender.level();
    top.clk = 0;
    top.eval();
    top.clk = 1;
    top.eval();
    sender.clock();
    if (receiver.clock(top.tx)) {
      const uint8_t byte = receiver.byte();
      if (write(STDOUT_FILENO, &byte, 1) != 1) return 0;
    }
    quiet = sender.busy() || receiver.busy() ? 0 : quiet + 1;
  }
}
