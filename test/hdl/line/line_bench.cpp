// A board's serial line, level by level: what a serial adapter never does is done, too.
//
// Standard input is a list of records, a byte and four, little-endian: 0 or 1 and how many clocks the line has that level; 2 and how many
// bytes must have come back in all: the line is high until then, but no longer than PATIENCE. What came back is printed at the end.
#include <cstdint>
#include <cstdio>
#include <vector>

#include "Vtop.h"
#include "verilated.h"

#ifndef START_CLOCKS
#define START_CLOCKS 4096
#endif

namespace {

constexpr uint32_t PATIENCE = 1u << 18;
// After the last record, for what nobody asked for.
constexpr uint32_t AFTERWARDS = 1u << 16;

VerilatedContext context;
Vtop top(&context);
std::vector<uint8_t> said;

// Takes bytes off the line from the board, each bit in its middle.
class Receiver {
 public:
  void clock(bool level) {
    if (left_ == 0) {
      if (level) return;
      left_ = CLOCKS_PER_BIT / 2;
      bit_ = 0;
      return;
    }
    if (--left_ != 0) return;
    if (bit_ == 9) {
      // A stop bit that is low would be the board's error; the answers then differ.
      said.push_back(level ? byte_ : static_cast<uint8_t>(~byte_));
      return;
    }
    if (bit_ >= 1) byte_ = static_cast<uint8_t>(byte_ >> 1 | (level ? 0x80 : 0));
    bit_++;
    left_ = CLOCKS_PER_BIT;
  }

 private:
  uint32_t left_ = 0;
  uint32_t bit_ = 0;
  uint8_t byte_ = 0;
};

Receiver receiver;

void clock(bool level) {
  top.rx = level;
  top.clk = 0;
  top.eval();
  top.clk = 1;
  top.eval();
  receiver.clock(top.tx);
}

void hold(bool level, uint32_t clocks) {
  for (; clocks != 0; clocks--) clock(level);
}

}  // namespace

int main() {
  hold(true, START_CLOCKS);
  uint8_t record[5];
  while (fread(record, 1, sizeof record, stdin) == sizeof record) {
    const uint32_t n = record[1] | record[2] << 8 | record[3] << 16 | static_cast<uint32_t>(record[4]) << 24;
    if (record[0] != 2) {
      hold(record[0] != 0, n);
      continue;
    }
    for (uint32_t waited = 0; said.size() < n && waited != PATIENCE; waited++) clock(true);
  }
  hold(true, AFTERWARDS);
  return fwrite(said.data(), 1, said.size(), stdout) == said.size() ? 0 : 1;
}
