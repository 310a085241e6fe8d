// Walks through one stage: for every row, block of columns, and block of filters (or channel) all taps of the window and, at
// each, all input channels. One tap is issued a clock.
//
//   rows > blocks > outer > taps > inner
//
// After the last tap of a window one clock is left for `flush`, in which the lanes hand over their sums. The last tap waits
// until those of the window before have been taken (`drained`).
module sequencer #(
    parameter ADDRESS_BITS = 10,
    parameter COUNT_BITS = 8,
    parameter TAP_BITS = 6
) (
    input clk,
    input reset,
    input start,  // for one clock; the rest of the inputs stay until `done`
    output reg busy,

    input [COUNT_BITS-1:0] rows_last,
    input [COUNT_BITS-1:0] blocks_last,
    input [COUNT_BITS-1:0] outer_last,
    input [TAP_BITS-1:0] tap_first,
    input [TAP_BITS-1:0] tap_last,
    input [COUNT_BITS-1:0] inner_last,
    input per_channel,  // `outer` counts the channels that are read; else `inner` does
    input repeat_weights,  // each turn of `outer` has the same weights

    input [ADDRESS_BITS-1:0] origin,  // of the first window
    input [ADDRESS_BITS-1:0] row_step,
    input [ADDRESS_BITS-1:0] block_step,
    input [COUNT_BITS-1:0] row_stride,

    input drained,

    // what is issued
    output tap,
    output flush,
    output rewind,  // with `flush`: the next window begins at the stage's first weight
    output [TAP_BITS-1:0] tap_number,
    output [ADDRESS_BITS-1:0] address,  // of the window's origin, channel included
    output reg [COUNT_BITS-1:0] row,  // of the input, at tap row 0 without padding
    output reg [COUNT_BITS-1:0] block
);
  reg [COUNT_BITS-1:0] rows, outer, inner;
  reg [TAP_BITS-1:0] taps;
  reg [ADDRESS_BITS-1:0] row_address, block_address;
  reg flushing;

  wire inner_end = inner == inner_last;
  wire window_end = inner_end && taps == tap_last;
  wire outer_end = outer == outer_last;
  wire block_end = block == blocks_last;

  wire [COUNT_BITS-1:0] channel = per_channel ? outer : inner;

  assign tap = busy && !flushing && (!window_end || drained);
  assign flush = busy && flushing;
  assign rewind = outer_end || repeat_weights;
  assign tap_number = taps;
  assign address = block_address + {{ADDRESS_BITS - COUNT_BITS{1'b0}}, channel};

  always @(posedge clk) begin
    if (tap) begin
      inner <= inner_end ? 0 : inner + 1'b1;
      if (inner_end) taps <= window_end ? tap_first : taps + 1'b1;
      flushing <= window_end;
    end
    if (flush) begin
      flushing <= 1'b0;
      outer <= outer_end ? 0 : outer + 1'b1;
      if (outer_end) begin
        block <= block_end ? 0 : block + 1'b1;
        block_address <= block_address + block_step;
        if (block_end) begin
          rows <= rows + 1'b1;
          row <= row + row_stride;
          row_address <= row_address + row_step;
          block_address <= row_address + row_step;
          if (rows == rows_last) busy <= 1'b0;
        end
      end
    end
    if (start) begin
      busy <= 1'b1;
      flushing <= 1'b0;
      rows <= 0;
      block <= 0;
      outer <= 0;
      inner <= 0;
      taps <= tap_first;
      row <= 0;
      row_address <= origin;
      block_address <= origin;
    end
    if (reset) busy <= 1'b0;
  end
endmodule
